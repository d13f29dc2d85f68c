package io.trapless.binary.elf;

import io.trapless.binary.flow.CodeRange;
import io.trapless.binary.flow.DisplacedRange;
import io.trapless.binary.flow.EntryProof;
import io.trapless.binary.flow.ImageView;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** The entries of a file's functions, proven one by one without an analysis of the whole file. For one thread. */
public final class ElfEntries {
    /** Where r_info and r_addend stand in an {@code Elf64_Rela}. */
    private static final int INFO = 8;

    private static final int ADDEND = 16;

    private final ElfFile file;
    private final List<ImageView.Section> code;
    private final EntryProof proof;

    private ElfEntries(ElfFile file, List<ImageView.Section> code, EntryProof proof) {
        this.file = file;
        this.code = code;
        this.proof = proof;
    }

    /**
     * @param code as {@link ElfImage#executableSections(ElfFile)}
     * @param symbols ranges of the functions that symbol tables name
     * @return null for a file of which that can't be done
     */
    public static @Nullable ElfEntries of(ElfFile file, List<ImageView.Section> code, List<CodeRange> symbols)
            throws ElfException {
        boolean addsInPlace = file.sections().stream()
                .anyMatch(section -> section.isAllocated() && section.type() == ElfConstants.SHT_REL);
        if (file.sections().isEmpty()
                || addsInPlace
                || !file.rseqCriticalSections().isEmpty()) {
            return null;
        }
        long[] starts = LongStream.concat(
                        symbols.stream().mapToLong(CodeRange::start),
                        file.ehFrame().entries().stream().mapToLong(EhFrame.Fde::start))
                .sorted()
                .toArray();
        return new ElfEntries(
                file,
                code,
                new EntryProof(
                        code, ElfImage.dataSections(file), file.isPositionIndependent(), starts, addedToSymbols(file)));
    }

    /** What relocations make of a symbol of this file and a number; one that stands there alone is found among the data. */
    private static long[] addedToSymbols(ElfFile file) throws ElfException {
        ElfSymbols symbols = file.dynamicSymbols();
        long[] sums = new long[16];
        int count = 0;
        for (Section section : file.sections()) {
            if (!section.isAllocated() || section.type() != ElfConstants.SHT_RELA) {
                continue;
            }
            ByteView entries = file.read(section);
            for (int at = 0; at + ElfConstants.RELA_SIZE <= entries.size(); at += ElfConstants.RELA_SIZE) {
                if (entries.s32(at + INFO) == Relocations.R_X86_64_64) {
                    int symbol = entries.s32(at + INFO + Integer.BYTES);
                    long sum = symbol > 0 && symbol < symbols.size() && symbols.isDefined(symbol)
                            ? symbols.value(symbol) + entries.s64(at + ADDEND)
                            : 0;
                    if (file.isCode(sum)) {
                        sums = count == sums.length ? Arrays.copyOf(sums, 2 * count) : sums;
                        sums[count++] = sum;
                    }
                }
            }
        }
        return Arrays.copyOf(sums, count);
    }

    /** The executable sections. */
    public List<ImageView.Section> code() {
        return code;
    }

    /** The range at a function's entry that has room for a jump; null if it could not be proven in this way. */
    public @Nullable DisplacedRange prove(CodeRange function) throws ElfException {
        return proof.prove(function, file.ehFrame().landingPads(function.start()));
    }
}
