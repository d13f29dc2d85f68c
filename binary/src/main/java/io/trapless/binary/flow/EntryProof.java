package io.trapless.binary.flow;

import io.trapless.binary.flow.ImageView.Section;
import io.trapless.binary.x86.Decoder;
import io.trapless.binary.x86.Flow;
import io.trapless.binary.x86.Instruction;
import io.trapless.binary.x86.Relocator;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Proves for the first instructions of single functions what {@link CodeMap} knows of a whole image, by looking for what could lead there rather than at everything: in the time of reading the bytes once, where the whole analysis
 * decodes them, a hundred milliseconds for a megabyte while the JVM is cold.
 *
 * <p>What can arrive at an instruction is named in few ways, and each is looked for in a form that is wider than its own: a branch or an address that is taken, with a distance of 32 bits, as any four bytes that would lead there; a short branch by decoding the code within its
 * reach; a pointer as any eight bytes with that value, which is also how relocations state it; an entry of a jump table by going through each table whose address anything that looks like a {@code lea} takes. So a proof that is found here would be found there; one that is not
 * found here may be. As there, a computed jump is taken not to lead into the first instructions of a function.
 *
 * <p>An image with restartable sequences of its own is not one to ask about here. For one thread.
 */
public final class EntryProof {
    /** How far a short branch leads, with the instruction itself and some more. */
    private static final int NEAR = 160;

    /** How far before that the code is decoded at the most to be in step there. */
    private static final int DECODED_BEFORE = 8192;

    /** An operand's distance counts from the end of the instruction: so many bytes may follow it. */
    private static final int MAX_IMMEDIATE = 4;

    private static final int CALL = 0xE8;
    private static final int JUMP = 0xE9;
    private static final int TWO_BYTE_MAP = 0x0F;
    private static final int CONDITIONAL_JUMPS = 0x80;
    private static final int XBEGIN = 0xC7;
    private static final int XBEGIN_MODRM = 0xF8;
    private static final int LEA = 0x8D;
    private static final int MOD_AND_RM = 0xC7;
    private static final int RIP_RELATIVE = 5;

    private final List<Section> code;
    private final List<Section> data;
    private final boolean positionIndependent;
    private final long[] starts;
    private final long[] pointers;
    private final Instruction instruction = new Instruction();

    /** Data of which a {@code lea} may take the address, sorted; null before the code has been read for them. */
    private long @Nullable [] tables;

    /**
     * @param code as {@link ImageView#executableSections}
     * @param data as {@link ImageView#dataSections}: all of them, for relocations are found by what stands in theirs
     * @param starts where functions and parts of functions begin, by every table that tells, ascending
     * @param pointers other addresses that are stored somewhere
     */
    public EntryProof(
            List<Section> code, List<Section> data, boolean positionIndependent, long[] starts, long[] pointers) {
        this.pointers = pointers.clone();
        this.code = List.copyOf(code);
        this.data = List.copyOf(data);
        this.positionIndependent = positionIndependent;
        this.starts = starts.clone();
    }

    /**
     * The range at a function's entry that has room for a jump and is proven.
     *
     * @param landingPads of the function
     * @return null if there is none that could be proven in this way
     */
    public @Nullable DisplacedRange prove(CodeRange function, long[] landingPads) {
        Section section = Section.holding(function.start(), code);
        if (section == null) {
            return null;
        }
        DisplacedRange range = collect(function, section);
        if (range == null
                || SignalReturn.touches(section, range.address(), range.end())
                || holdsAny(starts, range)
                || holdsAny(pointers, range)
                || holdsAny(landingPads, range)) {
            return null;
        }
        Window window = new Window(range.address() + 1, range.end());
        CodeRange near = decodedNear(range, section);
        return near == null
                        || leadsThere(near, section, window)
                        || codeNames(window, near)
                        || dataNames(window)
                        || tablesName(window)
                ? null
                : range;
    }

    /** Addresses at which nothing may arrive. */
    private record Window(long from, long to) {
        boolean holds(long address) {
            return address >= from && address < to;
        }
    }

    /** Whole instructions from the function's first on. */
    private @Nullable DisplacedRange collect(CodeRange function, Section section) {
        long start = function.start();
        if (CodeMap.decode(section, start, instruction) && instruction.isEndbr64()) {
            start = instruction.nextAddress();
        }
        int length = 0;
        boolean goesOn = true;
        boolean call = false;
        while (length < DisplacedRange.JUMP_BYTES) {
            long at = start + length;
            if (!goesOn
                    || call
                    || at >= function.end()
                    || !CodeMap.decode(section, at, instruction)
                    || Relocator.refusal(instruction) != null) {
                return null;
            }
            length += instruction.length();
            goesOn = instruction.continues();
            call = instruction.flow() == Flow.CALL || instruction.flow() == Flow.INDIRECT_CALL;
        }
        return start + length <= function.end() ? new DisplacedRange(start, start, length, length, goesOn) : null;
    }

    private static boolean holdsAny(long[] addresses, DisplacedRange range) {
        for (long address : addresses) {
            if (address > range.address() && address < range.end()) {
                return true;
            }
        }
        return false;
    }

    /** The code from which a short branch could come, from where it is surely decoded in step; null if that begins too far off. */
    private @Nullable CodeRange decodedNear(DisplacedRange range, Section section) {
        long from = Math.max(section.address(), range.address() - NEAR);
        int found = Arrays.binarySearch(starts, from);
        int before = found >= 0 ? found : -found - 2;
        long step = before >= 0 && starts[before] >= section.address() ? starts[before] : section.address();
        return from - step > DECODED_BEFORE ? null : new CodeRange(step, Math.min(section.end(), range.end() + NEAR));
    }

    /** Whether a branch of the code nearby leads there: decoded as {@link CodeSweep} does, in step again at each start. */
    private boolean leadsThere(CodeRange near, Section section, Window window) {
        byte[] bytes = section.bytes();
        int next = Arrays.binarySearch(starts, near.start());
        next = next < 0 ? -next - 1 : next + 1;
        long at = near.start();
        while (at < near.end()) {
            if (next < starts.length && at >= starts[next]) {
                at = starts[next++];
                continue;
            }
            int offset = (int) (at - section.address());
            if (!Decoder.decode(bytes, offset, bytes.length, at, instruction)) {
                at++;
                continue;
            }
            if ((instruction.hasTarget() && window.holds(instruction.target()))
                    || (instruction.isRipRelative() && window.holds(instruction.ripTarget()))) {
                return true;
            }
            at = instruction.nextAddress();
        }
        return false;
    }

    /** Whether any four bytes of the code would lead there, or in an image of fixed address say where it is; those nearby have been decoded. */
    private boolean codeNames(Window window, CodeRange near) {
        for (Section section : code) {
            byte[] bytes = section.bytes();
            long base = section.address();
            int last = bytes.length - Integer.BYTES;
            boolean holdsNear = section.contains(near.start());
            int nearFrom = holdsNear ? (int) (near.start() - base) : Integer.MAX_VALUE;
            int nearTo = holdsNear ? (int) (near.end() - base) : Integer.MAX_VALUE;
            if (findDistance(bytes, 0, Math.min(last + 1, nearFrom), base, window)
                    || (nearTo < last && findDistance(bytes, nearTo, last + 1, base, window))
                    || (!positionIndependent && findNumber(bytes, window))) {
                return true;
            }
        }
        return false;
    }

    /** A distance that begins in {@code [from, to)}. The loops here take one byte at a time, and no call: they are run a few times in a JVM that has just started. */
    private static boolean findDistance(byte[] bytes, int from, int to, long base, Window window) {
        if (from >= to) {
            return false;
        }
        // distance + at + 4 + base in the window, as one comparison for both of its ends; then the same where something
        // may follow the distance
        int lowest = (int) (window.from - base - Integer.BYTES);
        int behind = (int) (window.to - window.from) + Integer.MIN_VALUE;
        int value = JumpTables.littleEndianInt(bytes, from) << Byte.SIZE;
        for (int at = from; at < to; at++) {
            value = (value >>> Byte.SIZE) | (bytes[at + 3] << (3 * Byte.SIZE));
            int ahead = value + at - lowest + MAX_IMMEDIATE + Integer.MIN_VALUE;
            if (ahead < behind + MAX_IMMEDIATE && mayBeDistance(bytes, at, ahead < Integer.MIN_VALUE + MAX_IMMEDIATE)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Whether the bytes before it let something be a distance: of a branch, or of an operand.
     *
     * @param toBefore whether it leads there only if something follows it in its instruction, which is so for operands of instructions with a number; {@code lea} has none
     */
    private static boolean mayBeDistance(byte[] bytes, int at, boolean toBefore) {
        int last = at < 1 ? 0 : bytes[at - 1] & 0xFF;
        int before = at < 2 ? 0 : bytes[at - 2] & 0xFF;
        boolean operand = (last & MOD_AND_RM) == RIP_RELATIVE;
        if (toBefore) {
            return operand && before != LEA;
        }
        boolean conditional = before == TWO_BYTE_MAP && (last & 0xF0) == CONDITIONAL_JUMPS;
        boolean transaction = before == XBEGIN && last == XBEGIN_MODRM;
        return operand || last == CALL || last == JUMP || conditional || transaction;
    }

    private static boolean findNumber(byte[] bytes, Window window) {
        int lowest = (int) window.from;
        int behind = (int) (window.to - window.from) + Integer.MIN_VALUE;
        int value = 0;
        for (int at = 0; at < bytes.length; at++) {
            value = (value >>> 8) | (bytes[at] << 24);
            if (value - lowest + Integer.MIN_VALUE < behind) {
                return true;
            }
        }
        return false;
    }

    /** Whether data may hold a pointer there. */
    private boolean dataNames(Window window) {
        for (Section section : data) {
            if (positionIndependent ? findAligned(section.bytes(), window) : findAnywhere(section.bytes(), window)) {
                return true;
            }
        }
        return false;
    }

    /** Each pointer is relocated, and aligned, or what its relocation adds is. */
    private static boolean findAligned(byte[] bytes, Window window) {
        int lowest = (int) window.from;
        int behind = (int) (window.to - window.from) + Integer.MIN_VALUE;
        for (int at = 0; at <= bytes.length - Long.BYTES; at += Long.BYTES) {
            int low = (bytes[at] & 0xFF)
                    | (bytes[at + 1] & 0xFF) << 8
                    | (bytes[at + 2] & 0xFF) << 16
                    | (bytes[at + 3] << 24);
            if (low - lowest + Integer.MIN_VALUE < behind
                    && window.holds(((long) JumpTables.littleEndianInt(bytes, at + 4) << 32) | (low & 0xFFFFFFFFL))) {
                return true;
            }
        }
        return false;
    }

    /** In an image of fixed address a pointer may stand in the data unannounced, and anywhere: structures can be packed. */
    private static boolean findAnywhere(byte[] bytes, Window window) {
        long from = window.from;
        long to = window.to;
        long value = 0;
        for (int at = 0; at < bytes.length; at++) {
            value = (value >>> 8) | ((long) bytes[at] << 56);
            if (value >= from && value < to) {
                return true;
            }
        }
        return false;
    }

    /** Whether an entry of anything that may be a table of distances from its own start leads there: each as far as its entries lead into code. */
    private boolean tablesName(Window window) {
        long[] known = tables;
        if (known == null) {
            known = findTables();
            tables = known;
        }
        for (int i = 0; i < known.length; i++) {
            long table = known[i];
            Section section = Section.holding(table, data);
            section = section == null ? Section.holding(table, code) : section;
            if (section != null) {
                long end = i + 1 < known.length ? Math.min(known[i + 1], section.end()) : section.end();
                if (tableNames(table, section, end, window)) {
                    return true;
                }
            }
        }
        return false;
    }

    private boolean tableNames(long table, Section section, long end, Window window) {
        for (long entry = table; entry + Integer.BYTES <= end; entry += Integer.BYTES) {
            long target = table + JumpTables.littleEndianInt(section.bytes(), (int) (entry - section.address()));
            if (window.holds(target)) {
                return true;
            }
            if (Section.holding(target, code) == null) {
                return false;
            }
        }
        return false;
    }

    private long[] findTables() {
        AddressList found = new AddressList();
        for (Section section : code) {
            byte[] bytes = section.bytes();
            for (int at = 0; at < bytes.length - 1 - Integer.BYTES; at++) {
                if (bytes[at] == (byte) LEA && (bytes[at + 1] & MOD_AND_RM) == RIP_RELATIVE) {
                    long target =
                            section.address() + at + 2 + Integer.BYTES + JumpTables.littleEndianInt(bytes, at + 2);
                    if ((target & 3) == 0) {
                        found.add(target);
                    }
                }
            }
        }
        return found.toSortedArray();
    }
}
