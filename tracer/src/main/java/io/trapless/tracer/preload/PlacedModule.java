package io.trapless.tracer.preload;

import io.trapless.layout.SessionHeaderDescriptor;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * A module whose code can be put at any of some places near it.
 *
 * @param codeSize bytes of a region's code, whole pages
 * @param regionSize bytes of a region: code, session header, pid cell
 * @param places distances from the module's bias to a region's start, best first
 * @param images the code for threads with rseq, and that for threads without
 * @param pieces of the module's text that the changes touch: one for each segment, for a mapping for each change would be too many
 */
public record PlacedModule(
        PreloadModule module,
        int codeSize,
        int regionSize,
        List<Long> places,
        List<RelocatableCode> images,
        List<Piece> pieces) {
    private static final int PAGE = 4096;

    /** Larger than any code will be: it takes the place of the code's size while that is measured. */
    private static final int SOME_SIZE = 1 << 28;

    /** Whole pages of text. */
    record Piece(long address, long sizeBytes, int protection) {}

    public PlacedModule {
        places = List.copyOf(places);
        images = List.copyOf(images);
        pieces = List.copyOf(pieces);
    }

    /**
     * Compiles it.
     *
     * @throws NotRelocatableException its code can't be made for every place, with the reason
     */
    public static PlacedModule of(PreloadModule module) throws NotRelocatableException {
        int codeSize = 0;
        for (boolean rseq : new boolean[] {true, false}) {
            int bytes = module.source().link(LinkPlace.FIRST, rseq, SOME_SIZE).code().length;
            codeSize = Math.max(codeSize, bytes + PAGE - 1 & -PAGE);
        }
        int regionSize = codeSize + SessionHeaderDescriptor.RINGS_OFFSET + PAGE;
        if (module.high() - module.low() + regionSize > RegionPlaces.MAX_SPAN) {
            throw new NotRelocatableException("it is so large that its code might lie out of reach");
        }
        List<Long> places = RegionPlaces.of(module, regionSize);
        List<RelocatableCode> images = new ArrayList<>();
        for (boolean rseq : new boolean[] {true, false}) {
            RelocatableCode code = RelocatableCode.of(module.source(), rseq, codeSize);
            for (long place : places) {
                if (!code.reaches(-place)) {
                    throw new NotRelocatableException("its code refers to something that might lie out of reach");
                }
            }
            images.add(code);
        }
        return new PlacedModule(module, codeSize, regionSize, places, images, pieces(module, images.getFirst()));
    }

    private static List<Piece> pieces(PreloadModule module, RelocatableCode code) throws NotRelocatableException {
        TreeMap<Long, Piece> pieces = new TreeMap<>();
        for (RelocatableCode.Change change : code.changes()) {
            PreloadModule.Text text = textOf(module, change);
            long first = change.address() & -PAGE;
            long behind = change.address() + change.original().length + PAGE - 1 & -PAGE;
            Piece known = pieces.get(text.address());
            if (known != null) {
                first = Math.min(first, known.address());
                behind = Math.max(behind, known.address() + known.sizeBytes());
            }
            pieces.put(text.address(), new Piece(first, behind - first, text.protection()));
        }
        return List.copyOf(pieces.values());
    }

    private static PreloadModule.Text textOf(PreloadModule module, RelocatableCode.Change change)
            throws NotRelocatableException {
        for (PreloadModule.Text text : module.texts()) {
            if (change.address() >= text.address() && change.address() + change.original().length <= text.end()) {
                return text;
            }
        }
        throw new NotRelocatableException("a change of it lies outside its code");
    }
}
