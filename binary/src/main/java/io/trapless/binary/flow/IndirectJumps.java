package io.trapless.binary.flow;

import io.trapless.binary.flow.ImageView.Section;
import io.trapless.binary.x86.Flow;
import io.trapless.binary.x86.Instruction;
import io.trapless.binary.x86.Segment;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Tells the indirect jumps whose destinations are all known from those that compute one.
 *
 * <p>An address of code that a program holds as a value was put together by the linker (a relocation, a word of data), by one instruction (lea, mov), by a call (a return
 * address) or by the loader (a function's start): all of these are found, or are never displaced. So a jump to a value that was loaded, passed or returned is
 * known. So is the sum of a table's address and one of its entries, because {@link JumpTables} collects every table. Any other arithmetic is not.
 */
final class IndirectJumps {
    /** Pairs of instruction and register to look at before giving up. */
    private static final int MAX_STEPS = 4096;

    /** Instructions between a table's entry and its use. */
    private static final int MAX_TABLE_DISTANCE = 48;

    /** Bytes before a jump that are looked at where no function is known. */
    private static final int WINDOW = 512;

    private static final int CALLEE_SAVED = 1 << Instruction.RBX | 1 << Instruction.RBP | 0xF000;

    private final CodeMarks marks;
    private final FunctionTable functions;
    private final LabelTables labelTables;
    private final Instruction instruction = new Instruction();
    private @Nullable FunctionBody lastBody;
    private boolean table;

    IndirectJumps(CodeMarks marks, FunctionTable functions, LabelTables labelTables) {
        this.labelTables = labelTables;
        this.marks = marks;
        this.functions = functions;
    }

    /** What is known of the destinations of a jump. */
    enum Knowledge {
        /** Each is the sum of a table's address and one of its entries: labels of the function itself. */
        TABLE,
        /** Each is a value that was loaded, passed or returned: a function, or a label whose address stands somewhere. */
        VALUE,
        /** One may be computed in another way. */
        NOTHING
    }

    /** What is known of the {@code jmp *%register} at an address. */
    Knowledge classify(long jump) {
        table = false;
        if (!isKnown(jump)) {
            return Knowledge.NOTHING;
        }
        return table ? Knowledge.TABLE : Knowledge.VALUE;
    }

    private boolean isKnown(long jump) {
        Section section = marks.sectionAt(jump);
        if (section == null) {
            return false;
        }
        FunctionBody body = body(jump, section);
        int index = body.indexOf(jump);
        return index >= 0 && body.decode(index, instruction) && isKnownValue(body, index, instruction.rmField());
    }

    private FunctionBody body(long jump, Section section) {
        FunctionBody last = lastBody;
        if (last != null && last.function().contains(jump)) {
            return last;
        }
        CodeRange function = functions.at(jump);
        CodeRange range = function != null ? function : new CodeRange(jump - WINDOW, jump + 1);
        last = FunctionBody.of(range, section, marks);
        lastBody = last;
        return last;
    }

    /** Whether a register holds a known address of code before an instruction, on every way there. */
    private boolean isKnownValue(FunctionBody body, int index, int register) {
        Set<Long> seen = new HashSet<>();
        AddressList work = new AddressList();
        push(work, seen, index, register);
        while (!work.isEmpty()) {
            long state = work.removeLast();
            int at = (int) (state >>> 8);
            int wanted = (int) (state & 0xFF);
            if (body.isEntry(at)) {
                // An argument.
                continue;
            }
            int[] predecessors = body.predecessors(at);
            if (seen.size() > MAX_STEPS || (predecessors.length == 0 && !isPadding(body, at))) {
                return false;
            }
            for (int predecessor : predecessors) {
                if (!comesFrom(body, predecessor, wanted, work, seen)) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Nothing comes to padding that stands behind a jump. */
    private boolean isPadding(FunctionBody body, int index) {
        return body.decode(index, instruction) && instruction.isPadding();
    }

    /** Whether what {@code register} holds after an instruction is known, or is known if what is put on the work list is. */
    private boolean comesFrom(FunctionBody body, int index, int register, AddressList work, Set<Long> seen) {
        if (!body.decode(index, instruction)) {
            return false;
        }
        if (instruction.flow() == Flow.CALL || instruction.flow() == Flow.INDIRECT_CALL) {
            if ((CALLEE_SAVED >> register & 1) != 0) {
                push(work, seen, index, register);
            }
            return true;
        }
        if ((instruction.registersModified() >> register & 1) == 0 || isUnmangling()) {
            push(work, seen, index, register);
            return true;
        }
        if (isLoad() || isZeroing() || (isLea() && instruction.isRipRelative())) {
            return true;
        }
        if (isConditionalMove()) {
            push(work, seen, index, register);
            if (!instruction.hasMemoryOperand()) {
                push(work, seen, index, instruction.rmField());
            }
            return true;
        }
        if (isMove()) {
            push(work, seen, index, instruction.opcode() == 0x8B ? instruction.rmField() : instruction.regField());
            return true;
        }
        boolean sum = isTableSum(body, index) || isSumWithBaseLoadedTwice(body, index);
        table |= sum;
        return sum;
    }

    private static void push(AddressList work, Set<Long> seen, int index, int register) {
        long state = (long) index << 8 | register;
        if (seen.add(state)) {
            work.add(state);
        }
    }

    /** Whether an instruction adds, and one of the addends is an entry of a table that has been collected. */
    private boolean isTableSum(FunctionBody body, int index) {
        int addends;
        if (isAdd()) {
            addends = 1 << instruction.regField() | 1 << instruction.rmField();
        } else if (isLea() && instruction.scale() == 1 && instruction.displacement() == 0 && hasTwoRegisters()) {
            addends = 1 << instruction.baseRegister() | 1 << instruction.indexRegister();
        } else {
            return false;
        }
        for (int at = index - 1; at >= Math.max(0, index - MAX_TABLE_DISTANCE); at--) {
            if (!body.fallsThrough(at) || !body.decode(at, instruction)) {
                return false;
            }
            if ((instruction.registersModified() & addends) == 0) {
                continue;
            }
            if (isTableEntry()) {
                boolean ownBase = (addends & ~(1 << instruction.regField())) == 1 << instruction.baseRegister();
                return ownBase || labelTables.isCollectedFor(body.function());
            }
            if (!isLea() && !isLoad() && !isMove()) {
                return false;
            }
        }
        return false;
    }

    /**
     * Whether the base was loaded twice, with nothing in between: as GCC does without optimisation, where the entry is extended for itself, and where it is short of registers.
     *
     * <pre>
     *   lea    table(%rip), %rA         lea    table(%rip), %rA
     *   mov    (%rB,%rA), %eax          movslq (%rA,%rB,4), %rA
     *   cltq
     *   lea    table(%rip), %rC         lea    table(%rip), %rC
     *   add    %rC, %rax                add    %rC, %rA
     * </pre>
     */
    private boolean isSumWithBaseLoadedTwice(FunctionBody body, int index) {
        if (!body.decode(index, instruction) || !isAdd()) {
            return false;
        }
        int addends = 1 << instruction.regField() | 1 << instruction.rmField();
        if (!decodeBefore(body, index)
                || !isLea()
                || !instruction.isRipRelative()
                || (instruction.ripTarget() & 3) != 0) {
            return false;
        }
        long base = instruction.ripTarget();
        int entry = addends & ~(1 << instruction.regField());
        int load = index - 2;
        if (!decodeBefore(body, index - 1)) {
            return false;
        }
        boolean extended = isExtension() && entry == 1 << Instruction.RAX;
        if (extended && !decodeBefore(body, load--)) {
            return false;
        }
        if (!(extended ? isUnextendedTableEntry() : isTableEntry()) || entry != 1 << instruction.regField()) {
            return false;
        }
        int addressed = 1 << instruction.baseRegister();
        addressed |= instruction.indexRegister() == Instruction.NO_REGISTER ? 0 : 1 << instruction.indexRegister();
        return decodeBefore(body, load)
                && isLea()
                && instruction.isRipRelative()
                && instruction.ripTarget() == base
                && (addressed >> instruction.regField() & 1) != 0;
    }

    /** Decodes the one instruction after which another may run; false if there are others. */
    private boolean decodeBefore(FunctionBody body, int index) {
        int[] predecessors = body.predecessors(index);
        return predecessors.length == 1 && predecessors[0] == index - 1 && body.decode(index - 1, instruction);
    }

    /** {@code cltq}. */
    private boolean isExtension() {
        return instruction.isOneByte(0x98) && instruction.operandSize() == 8;
    }

    /** {@code mov (base,index), register} of 32 bits. */
    private boolean isUnextendedTableEntry() {
        return instruction.isOneByte(0x8B)
                && instruction.operandSize() == 4
                && instruction.hasMemoryOperand()
                && hasTwoRegisters()
                && instruction.scale() == 1
                && instruction.displacement() == 0;
    }

    private boolean hasTwoRegisters() {
        return instruction.baseRegister() != Instruction.NO_REGISTER
                && instruction.indexRegister() != Instruction.NO_REGISTER;
    }

    /** {@code movslq (base,index,4), register}; the index may have been added before. */
    private boolean isTableEntry() {
        return instruction.isOneByte(0x63)
                && instruction.operandSize() == 8
                && instruction.hasMemoryOperand()
                && (instruction.scale() == 4 || instruction.indexRegister() == Instruction.NO_REGISTER);
    }

    /** What the C library does to a stored pointer before it jumps: rotates it, and applies the guard in the thread's control block. */
    private boolean isUnmangling() {
        boolean rotates =
                instruction.isOneByte(0xC1) && !instruction.hasMemoryOperand() && (instruction.regField() & 6) == 0;
        boolean guards = instruction.isOneByte(0x33) && instruction.segment() == Segment.FS;
        return rotates || guards;
    }

    private boolean isLoad() {
        boolean pop = (instruction.isOneByte(instruction.opcode()) && (instruction.opcode() & 0xF8) == 0x58);
        boolean mov = instruction.isOneByte(0x8B) && instruction.operandSize() == 8 && instruction.hasMemoryOperand();
        return pop || mov;
    }

    /** What is left where no function was found: nobody jumps there and comes back. */
    private boolean isZeroing() {
        return (instruction.isOneByte(0x31) || instruction.isOneByte(0x33))
                && !instruction.hasMemoryOperand()
                && instruction.regField() == instruction.rmField();
    }

    private boolean isMove() {
        return (instruction.isOneByte(0x89) || instruction.isOneByte(0x8B))
                && instruction.operandSize() == 8
                && !instruction.hasMemoryOperand();
    }

    private boolean isAdd() {
        return (instruction.isOneByte(0x01) || instruction.isOneByte(0x03))
                && instruction.operandSize() == 8
                && !instruction.hasMemoryOperand();
    }

    private boolean isConditionalMove() {
        return instruction.opcodeMap() == Instruction.MAP_0F
                && (instruction.opcode() & 0xF0) == 0x40
                && (instruction.prefixes() & Instruction.PREFIX_VEX) == 0
                && instruction.operandSize() == 8;
    }

    private boolean isLea() {
        return instruction.isOneByte(0x8D);
    }
}
