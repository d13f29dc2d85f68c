package io.trapless.binary.elf;

import io.trapless.binary.flow.CodeRange;
import io.trapless.binary.flow.ImageView;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.LongStream;

/**
 * An ELF file as control-flow analysis sees it. Everything is read when it is made, so that a damaged part is an error then and no fact is missing later. Immutable.
 */
public final class ElfImage implements ImageView {
    private final List<Section> executable;
    private final List<Section> data;
    private final boolean positionIndependent;
    private final long[] codePointers;
    private final List<CodeRange> functions;
    private final long[] landingPads;
    private final List<RestartableSequence> restartableSequences;
    private final long[] partStarts;
    private final long[] unnamedStarts;

    private ElfImage(ElfFile file, List<CodeRange> symbols, long[] namedParts) throws ElfException {
        this.executable = executableSections(file);
        this.data = dataSections(file);
        this.positionIndependent = file.isPositionIndependent();
        this.codePointers = codePointers(file);
        this.functions = functions(file, symbols);
        this.landingPads = file.ehFrame().landingPads();
        this.restartableSequences = file.rseqCriticalSections().stream()
                .map(s -> new RestartableSequence(s.descriptor(), s.start(), s.end(), s.abort()))
                .toList();
        long[] named = symbols.stream().mapToLong(CodeRange::start).sorted().toArray();
        List<EhFrame.Fde> unnamed = file.ehFrame().entries().stream()
                .filter(entry -> Arrays.binarySearch(named, entry.start()) < 0)
                .toList();
        this.unnamedStarts = unnamed.stream().mapToLong(EhFrame.Fde::start).toArray();
        this.partStarts = LongStream.concat(
                        Arrays.stream(namedParts),
                        unnamed.stream().filter(EhFrame.Fde::startsInFrame).mapToLong(EhFrame.Fde::start))
                .toArray();
    }

    /**
     * @param symbols ranges of the functions that symbol tables name, separate debug files included
     */
    public static ElfImage of(ElfFile file, List<CodeRange> symbols) throws ElfException {
        return new ElfImage(file, symbols, new long[0]);
    }

    /**
     * @param symbols ranges of the functions that symbol tables name, separate debug files included
     * @param namedParts starts of those among them whose names say that they are parts of functions
     */
    public static ElfImage of(ElfFile file, List<CodeRange> symbols, long[] namedParts) throws ElfException {
        return new ElfImage(file, symbols, namedParts);
    }

    /** {@link #executableSections()} of a file of which nothing else is wanted. */
    public static List<Section> executableSections(ElfFile file) throws ElfException {
        return sections(file, true);
    }

    /** {@link #dataSections()} of a file of which nothing else is wanted. */
    static List<Section> dataSections(ElfFile file) throws ElfException {
        return sections(file, false);
    }

    private static List<Section> sections(ElfFile file, boolean executable) throws ElfException {
        List<Section> found = new ArrayList<>();
        for (io.trapless.binary.elf.Section section : file.sections()) {
            if (section.isAllocated()
                    && section.isExecutable() == executable
                    && !section.isNoBits()
                    && section.sizeBytes() > 0) {
                found.add(new Section(section.address(), file.read(section).bytes()));
            }
        }
        if (file.sections().isEmpty()) {
            for (Segment segment : file.segments()) {
                if (segment.isLoaded() && segment.isExecutable() == executable && segment.fileSizeBytes() > 0) {
                    found.add(new Section(
                            segment.address(),
                            file.readAt(segment.address(), segment.fileSizeBytes())
                                    .bytes()));
                }
            }
        }
        return List.copyOf(found);
    }

    /** What relocations store, and the two functions that the dynamic section itself names. */
    private static long[] codePointers(ElfFile file) throws ElfException {
        long[] relocated = file.relocations().codePointers();
        OptionalLong init = file.dynamic().value(ElfConstants.DT_INIT);
        OptionalLong fini = file.dynamic().value(ElfConstants.DT_FINI);
        if (init.isEmpty() && fini.isEmpty()) {
            return relocated;
        }
        long[] all = Arrays.copyOf(relocated, relocated.length + 2);
        all[relocated.length] = init.orElse(file.entryAddress());
        all[relocated.length + 1] = fini.orElse(file.entryAddress());
        return all;
    }

    private static List<CodeRange> functions(ElfFile file, List<CodeRange> symbols) throws ElfException {
        List<CodeRange> found = new ArrayList<>(symbols);
        for (EhFrame.Fde entry : file.ehFrame().entries()) {
            found.add(new CodeRange(entry.start(), entry.end()));
        }
        if (file.isCode(file.entryAddress())) {
            found.add(new CodeRange(file.entryAddress(), file.entryAddress()));
        }
        return List.copyOf(found);
    }

    @Override
    public List<Section> executableSections() {
        return executable;
    }

    @Override
    public List<Section> dataSections() {
        return data;
    }

    @Override
    public boolean isPositionIndependent() {
        return positionIndependent;
    }

    @Override
    public long[] codePointers() {
        return codePointers.clone();
    }

    @Override
    public List<CodeRange> functions() {
        return functions;
    }

    @Override
    public long[] landingPads() {
        return landingPads.clone();
    }

    @Override
    public List<RestartableSequence> restartableSequences() {
        return restartableSequences;
    }

    @Override
    public long[] partStarts() {
        return partStarts.clone();
    }

    @Override
    public long[] unnamedStarts() {
        return unnamedStarts.clone();
    }
}
