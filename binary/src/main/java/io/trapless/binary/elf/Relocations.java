package io.trapless.binary.elf;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The dynamic relocations of a file in columns: RELA, REL, RELR and JMPREL (psABI table "Relocation Types"; gABI "RELR"). The slots that receive addresses are what
 * code pointers are found by. One thread at a time, like its file.
 */
public final class Relocations {
    public static final int R_X86_64_64 = 1;
    public static final int R_X86_64_COPY = 5;
    public static final int R_X86_64_GLOB_DAT = 6;
    public static final int R_X86_64_JUMP_SLOT = 7;
    public static final int R_X86_64_RELATIVE = 8;
    public static final int R_X86_64_IRELATIVE = 37;

    private final ElfFile file;
    private final ElfSymbols symbols;
    private final long[] slots;
    private final int[] types;
    private final int[] symbolIndexes;
    private final long[] addends;
    private final int size;
    /** Built when the first slot is asked for; few files ever need it. */
    private @Nullable Map<Long, Integer> indexBySlot;

    Relocations(ElfFile file, ElfSymbols symbols, RelocationReader columns) {
        this.file = file;
        this.symbols = symbols;
        this.slots = columns.slots;
        this.types = columns.types;
        this.symbolIndexes = columns.symbolIndexes;
        this.addends = columns.addends;
        this.size = columns.size;
    }

    static Relocations read(ElfFile file) throws ElfException {
        return new Relocations(file, file.dynamicSymbols(), RelocationReader.read(file));
    }

    public int size() {
        return size;
    }

    /** The address that is relocated. */
    public long slot(int index) {
        return slots[index];
    }

    /** {@code R_X86_64_*}. */
    public int type(int index) {
        return types[index];
    }

    /** The name of its symbol; null for a relocation without one. */
    public @Nullable String symbolName(int index) throws ElfException {
        int symbol = symbolIndexes[index];
        return symbol <= 0 || symbol >= symbols.size() ? null : symbols.name(symbol);
    }

    /** The address in this file that the slot gets; empty if another module may supply it, or if it is no address. For IRELATIVE: the resolver's address. */
    public OptionalLong target(int index) throws ElfException {
        return switch (types[index]) {
            case R_X86_64_RELATIVE, R_X86_64_IRELATIVE -> OptionalLong.of(addends[index]);
            case R_X86_64_64, R_X86_64_GLOB_DAT, R_X86_64_JUMP_SLOT -> symbolTarget(index);
            default -> OptionalLong.empty();
        };
    }

    private OptionalLong symbolTarget(int index) throws ElfException {
        int symbol = symbolIndexes[index];
        if (symbol == 0) {
            return OptionalLong.of(addends[index]);
        }
        return symbol > 0 && symbol < symbols.size() && symbols.isDefined(symbol)
                ? OptionalLong.of(symbols.value(symbol) + addends[index])
                : OptionalLong.empty();
    }

    /** The address that the slot at an address gets, if a relocation of this file gives it one. */
    OptionalLong targetOfSlot(long address) throws ElfException {
        Map<Long, Integer> bySlot = indexBySlot;
        if (bySlot == null) {
            bySlot = new HashMap<>();
            for (int i = 0; i < size; i++) {
                bySlot.putIfAbsent(slots[i], i);
            }
            indexBySlot = bySlot;
        }
        Integer index = bySlot.get(address);
        if (index == null || types[index] == R_X86_64_IRELATIVE) {
            return OptionalLong.empty();
        }
        OptionalLong target = target(index);
        return target.isPresent() ? target : OptionalLong.of(0);
    }

    /** All addresses within executable segments that relocation stores somewhere: sorted, each once. */
    public long[] codePointers() throws ElfException {
        long[] found = new long[size];
        int count = 0;
        for (int i = 0; i < size; i++) {
            OptionalLong target = target(i);
            if (target.isPresent() && file.isCode(target.getAsLong())) {
                found[count++] = target.getAsLong();
            }
        }
        Arrays.sort(found, 0, count);
        int unique = 0;
        for (int i = 0; i < count; i++) {
            if (i == 0 || found[i] != found[i - 1]) {
                found[unique++] = found[i];
            }
        }
        return Arrays.copyOf(found, unique);
    }

    /** Slots that the loader fills with the result of calling a resolver: the implementations chosen for IFUNC symbols stand there in a process. */
    public List<IndirectSlot> indirectSlots() {
        List<IndirectSlot> found = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            if (types[i] == R_X86_64_IRELATIVE) {
                found.add(new IndirectSlot(slots[i], addends[i]));
            }
        }
        return List.copyOf(found);
    }

    /**
     * One IRELATIVE relocation.
     *
     * @param slot the address of the pointer that is filled in
     * @param resolver the address of the function that chooses
     */
    public record IndirectSlot(long slot, long resolver) {}
}
