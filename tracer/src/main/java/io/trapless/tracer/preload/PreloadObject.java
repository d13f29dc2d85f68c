package io.trapless.tracer.preload;

import io.trapless.binary.elfwriter.SharedObject;
import io.trapless.layout.SessionHeaderDescriptor;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** The shared object of one session. */
public final class PreloadObject {
    private static final int PAGE = 4096;
    private static final String SONAME = "trapless-preload.so";

    /** Larger than any code will be: it takes the place of the code's size while that is measured. */
    private static final int SOME_SIZE = 1 << 28;

    private final ReadOnlyData data;

    private PreloadObject(int moduleCount) {
        this.data = new ReadOnlyData(moduleCount);
    }

    /**
     * Makes the file.
     *
     * @param modules at least one
     * @throws NotRelocatableException the code of a module can't be made for any place
     */
    public static byte[] build(List<PreloadModule> modules, SessionRings rings) throws NotRelocatableException {
        PreloadObject object = new PreloadObject(modules.size());
        for (int i = 0; i < modules.size(); i++) {
            object.add(i, modules.get(i));
        }
        return object.finish(modules.size(), rings);
    }

    /**
     * Whether a module's code can be made for any place near it; this costs as much as making it.
     *
     * @throws NotRelocatableException it can't be, with the reason
     */
    public static void check(PreloadModule module) throws NotRelocatableException {
        new PreloadObject(1).add(0, module);
    }

    private byte[] finish(int moduleCount, SessionRings rings) {
        Initializer.Texts texts =
                new Initializer.Texts(data.add(rings.path()), data.add("/proc/self/task"), data.add("/proc/self/exe"));
        SharedObject object =
                new SharedObject(SONAME, List.of(Emitter.IMPORTS), data.toByteArray(), State.sizeBytes(moduleCount));
        byte[] code = Initializer.code(object, moduleCount, texts, rings);
        return object.write(code, object.codeAddress());
    }

    private void add(int index, PreloadModule module) throws NotRelocatableException {
        int codeSize = 0;
        for (boolean rseq : new boolean[] {true, false}) {
            int bytes = module.source().link(LinkPlace.FIRST, rseq, SOME_SIZE).code().length;
            codeSize = Math.max(codeSize, bytes + PAGE - 1 & -PAGE);
        }
        int regionSize = codeSize + SessionHeaderDescriptor.RINGS_OFFSET + PAGE;
        if (module.high() - module.low() + regionSize > RegionPlaces.MAX_SPAN) {
            throw new NotRelocatableException("it is so large that its code might lie out of reach");
        }
        ByteBuffer record = data.records().slice(index * ModuleRecord.SIZE, ModuleRecord.SIZE);
        record.order(data.records().order());
        addIdentity(record, module);
        record.putInt(ModuleRecord.REGION_SIZE, regionSize);
        record.putInt(ModuleRecord.CODE_SIZE, codeSize);
        long[] places = RegionPlaces.of(module, regionSize);
        List<Long> placeList = new ArrayList<>();
        for (long place : places) {
            placeList.add(place);
        }
        record.putInt(ModuleRecord.PLACES_AT, data.addLongs(placeList));
        for (int i = 0; i < 2; i++) {
            RelocatableCode code = RelocatableCode.of(module.source(), i == 0, codeSize);
            for (long place : places) {
                if (!code.reaches(-place)) {
                    throw new NotRelocatableException("its code refers to something that might lie out of reach");
                }
            }
            int image = ModuleRecord.IMAGE + i * ModuleRecord.IMAGE_SIZE;
            addImage(record.slice(image, ModuleRecord.IMAGE_SIZE).order(record.order()), code);
            if (i == 0) {
                addTexts(record, module, code);
            }
        }
        record.putInt(ModuleRecord.SEMAPHORES, data.addLongs(module.semaphores()));
        record.putInt(ModuleRecord.SEMAPHORE_COUNT, module.semaphores().size());
    }

    private void addIdentity(ByteBuffer record, PreloadModule module) {
        record.putInt(ModuleRecord.HEADERS, data.add(module.programHeaders()));
        record.putInt(ModuleRecord.HEADERS_SIZE, module.programHeaders().length);
        record.putLong(ModuleRecord.ID_ADDRESS, module.buildIdAddress());
        record.putInt(ModuleRecord.ID, data.add(module.buildId()));
        record.putInt(ModuleRecord.ID_SIZE, module.buildId().length);
        if (module.buildId().length == 0) {
            record.putLong(ModuleRecord.HASH_ADDRESS, module.codeAddress());
            record.putLong(ModuleRecord.HASH_WORDS, module.code().length / 8);
            record.putLong(ModuleRecord.HASH, TextHash.of(module.code()));
        }
        record.putInt(ModuleRecord.NAME, data.add(module.fileName()));
    }

    private void addImage(ByteBuffer image, RelocatableCode code) {
        image.putInt(ModuleRecord.IMAGE_CODE, data.add(code.template()));
        image.putInt(ModuleRecord.IMAGE_CODE_BYTES, code.template().length);
        byte[] bytes = new byte[code.changes().size() * ModuleRecord.CHANGE_SIZE];
        ByteBuffer changes = ByteBuffer.wrap(bytes).order(image.order());
        for (RelocatableCode.Change change : code.changes()) {
            changes.putLong(change.address()).putInt(change.original().length);
            changes.putInt(data.add(change.original())).putInt(data.add(change.replacement()));
            changes.putInt(change.distanceAt());
        }
        image.putInt(ModuleRecord.IMAGE_CHANGES, data.add(bytes));
        image.putInt(ModuleRecord.IMAGE_CHANGE_COUNT, code.changes().size());
        for (LinkPlace.Kind kind : LinkPlace.Kind.values()) {
            int list = ModuleRecord.IMAGE_FIELDS + 8 * kind.number();
            image.putInt(list, data.addInts(code.fields(kind)));
            image.putInt(list + 4, code.fields(kind).size());
        }
    }

    /** The pages that changes touch: one stretch for each segment, for a mapping each would be too many. */
    private void addTexts(ByteBuffer record, PreloadModule module, RelocatableCode code)
            throws NotRelocatableException {
        TreeMap<Long, long[]> pieces = new TreeMap<>();
        for (RelocatableCode.Change change : code.changes()) {
            long first = change.address() & -PAGE;
            long behind = change.address() + change.original().length + PAGE - 1 & -PAGE;
            PreloadModule.Text text = textOf(module, change);
            long[] piece = pieces.computeIfAbsent(text.address(), _ -> new long[] {first, behind, text.protection()});
            piece[0] = Math.min(piece[0], first);
            piece[1] = Math.max(piece[1], behind);
        }
        List<Long> words = new ArrayList<>();
        for (long[] piece : pieces.values()) {
            words.addAll(List.of(piece[0], piece[1] - piece[0], piece[2]));
        }
        record.putInt(ModuleRecord.TEXTS, data.addLongs(words));
        record.putInt(ModuleRecord.TEXT_COUNT, pieces.size());
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
