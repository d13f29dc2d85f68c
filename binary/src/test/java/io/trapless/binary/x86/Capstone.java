package io.trapless.binary.x86;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Capstone 4 through the FFM API; offsets are those of its capstone.h. */
@SuppressWarnings("restricted") // FFM calls are what this class is for
final class Capstone implements AutoCloseable {
    private static final int ARCH_X86 = 3;
    private static final int MODE_64 = 8;
    private static final int OPTION_DETAIL = 2;
    private static final long OPTION_ON = 3;
    private static final int INSTRUCTION_SIZE = 240;
    private static final int SIZE_OFFSET = 16;
    private static final int MNEMONIC_OFFSET = 34;
    private static final int OPERANDS_OFFSET = 66;
    private static final int REGISTERS = 64;

    private static final List<List<String>> NAMES = List.of(
            List.of("rax", "eax", "ax", "al", "ah"),
            List.of("rcx", "ecx", "cx", "cl", "ch"),
            List.of("rdx", "edx", "dx", "dl", "dh"),
            List.of("rbx", "ebx", "bx", "bl", "bh"),
            List.of("rsp", "esp", "sp", "spl"),
            List.of("rbp", "ebp", "bp", "bpl"),
            List.of("rsi", "esi", "si", "sil"),
            List.of("rdi", "edi", "di", "dil"));

    private final Arena arena = Arena.ofConfined();
    private final long handle;
    private final MethodHandle disassemble;
    private final MethodHandle registersAccess;
    private final MethodHandle registerName;
    private final MemorySegment code = arena.allocate(16);
    private final MemorySegment codePointer = arena.allocate(ADDRESS);
    private final MemorySegment size = arena.allocate(JAVA_LONG);
    private final MemorySegment address = arena.allocate(JAVA_LONG);
    private final MemorySegment instruction;
    private final MemorySegment read = arena.allocate(2 * REGISTERS + 2);
    private final MemorySegment written = arena.allocate(2 * REGISTERS + 2);
    private final Map<Short, Integer> registerBits = new HashMap<>();

    Capstone() {
        Linker linker = Linker.nativeLinker();
        SymbolLookup library;
        try {
            library = SymbolLookup.libraryLookup("libcapstone.so.4", arena);
        } catch (IllegalArgumentException e) {
            throw new AssertionError("libcapstone.so.4 is missing: install the package libcapstone4", e);
        }
        disassemble = find(
                linker,
                library,
                "cs_disasm_iter",
                FunctionDescriptor.of(JAVA_BYTE, JAVA_LONG, ADDRESS, ADDRESS, ADDRESS, ADDRESS));
        registersAccess = find(
                linker,
                library,
                "cs_regs_access",
                FunctionDescriptor.of(JAVA_INT, JAVA_LONG, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS));
        registerName = find(linker, library, "cs_reg_name", FunctionDescriptor.of(ADDRESS, JAVA_LONG, JAVA_INT));
        try {
            MemorySegment out = arena.allocate(JAVA_LONG);
            check((int) find(linker, library, "cs_open", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS))
                    .invokeExact(ARCH_X86, MODE_64, out));
            handle = out.get(JAVA_LONG, 0);
            check((int)
                    find(linker, library, "cs_option", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_LONG))
                            .invokeExact(handle, OPTION_DETAIL, OPTION_ON));
            instruction = ((MemorySegment) find(linker, library, "cs_malloc", FunctionDescriptor.of(ADDRESS, JAVA_LONG))
                            .invokeExact(handle))
                    .reinterpret(INSTRUCTION_SIZE);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    private static MethodHandle find(Linker linker, SymbolLookup library, String name, FunctionDescriptor type) {
        return linker.downcallHandle(library.findOrThrow(name), type);
    }

    private static void check(int error) {
        if (error != 0) {
            throw new AssertionError("Capstone error " + error);
        }
    }

    /** The instruction's length, or 0 if Capstone knows none. */
    int decode(byte[] bytes, int offset, int limit, long at) {
        int available = Math.min(16, limit - offset);
        MemorySegment.copy(bytes, offset, code, JAVA_BYTE, 0, available);
        codePointer.set(ADDRESS, 0, code);
        size.set(JAVA_LONG, 0, available);
        address.set(JAVA_LONG, 0, at);
        try {
            byte found = (byte) disassemble.invokeExact(handle, codePointer, size, address, instruction);
            return found == 0 ? 0 : instruction.get(JAVA_SHORT, SIZE_OFFSET);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    String mnemonic() {
        return instruction.getString(MNEMONIC_OFFSET);
    }

    String operands() {
        return instruction.getString(OPERANDS_OFFSET);
    }

    /** General registers read (low half) and written in part or whole (high half) by the last instruction. */
    long registers() {
        try {
            MemorySegment readCount = read.asSlice(2 * REGISTERS, MemoryLayout.sequenceLayout(1, JAVA_BYTE));
            MemorySegment writtenCount = written.asSlice(2 * REGISTERS, MemoryLayout.sequenceLayout(1, JAVA_BYTE));
            check((int) registersAccess.invokeExact(handle, instruction, read, readCount, written, writtenCount));
            return set(read, readCount) | set(written, writtenCount) << 32;
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    private long set(MemorySegment ids, MemorySegment count) {
        long set = 0;
        for (int i = 0; i < count.get(JAVA_BYTE, 0); i++) {
            set |= registerBits.computeIfAbsent(ids.get(JAVA_SHORT, 2L * i), this::bit);
        }
        return set;
    }

    private int bit(short id) {
        try {
            MemorySegment pointer = (MemorySegment) registerName.invokeExact(handle, (int) id);
            String name = pointer.reinterpret(32).getString(0);
            for (int r = 0; r < 8; r++) {
                if (NAMES.get(r).contains(name)) {
                    return 1 << r;
                }
            }
            return name.matches("r(8|9|1[0-5])[dwb]?") ? 1 << Integer.parseInt(name.replaceAll("\\D", "")) : 0;
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        arena.close();
    }
}
