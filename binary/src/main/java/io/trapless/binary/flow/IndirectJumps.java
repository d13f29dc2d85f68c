package io.trapless.binary.flow;

import io.trapless.binary.flow.ImageView.Section;
import io.trapless.binary.x86.Decoder;
import io.trapless.binary.x86.Flow;
import io.trapless.binary.x86.Instruction;

/**
 * Tells the indirect jumps whose destinations are all known from those that compute one.
 *
 * <p>An address of code that a program holds as a value was put together by the linker (a relocation, a word of data), by one instruction (lea, mov), by a call (a return
 * address) or by the loader (a function's start): all of these are found, or are never displaced. So a jump to a value that was loaded, passed or returned is
 * known. So is the sum of a table's address and one of its entries, because {@link JumpTables} collects every table. Any other arithmetic is not.
 */
final class IndirectJumps {
    private static final int MAX_STEPS = 48;
    private static final int MOVSXD = 0x63;
    private static final int CALLEE_SAVED = 1 << Instruction.RBX | 1 << Instruction.RBP | 0xF000;

    private final CodeMarks marks;
    private final Instruction instruction = new Instruction();

    IndirectJumps(CodeMarks marks) {
        this.marks = marks;
    }

    /** Whether all destinations of the {@code jmp *%register} at an address are known. */
    boolean isKnown(long jump, long functionStart) {
        Section section = marks.sectionAt(jump);
        if (section == null || !decode(section, jump)) {
            return false;
        }
        return isKnownValue(section, jump, instruction.rmField(), functionStart);
    }

    /** Whether register {@code wanted} holds a known address of code before the instruction at {@code address}. */
    private boolean isKnownValue(Section section, long address, int wanted, long functionStart) {
        int register = wanted;
        long at = address;
        for (int steps = 0; steps < MAX_STEPS; steps++) {
            at = previous(section, at, functionStart);
            if (at < 0) {
                // The function's beginning: an argument.
                return true;
            }
            if (!decode(section, at) || leaves(instruction.flow())) {
                return false;
            }
            if (instruction.flow() == Flow.CALL || instruction.flow() == Flow.INDIRECT_CALL) {
                if ((CALLEE_SAVED >> register & 1) == 0) {
                    return true;
                }
                continue;
            }
            if ((instruction.registersModified() >> register & 1) == 0) {
                continue;
            }
            if (isLoad() || isCodeLea()) {
                return true;
            }
            if (isAdd()) {
                return isTableSum(section, at, functionStart);
            }
            if (!isMove()) {
                return false;
            }
            register = instruction.opcode() == 0x8B ? instruction.rmField() : instruction.regField();
        }
        return false;
    }

    /** Whether one of the addends at {@code add} is an entry of a table of distances. */
    private boolean isTableSum(Section section, long add, long functionStart) {
        int addends = 1 << instruction.regField() | 1 << instruction.rmField();
        long at = add;
        for (int steps = 0; steps < MAX_STEPS; steps++) {
            at = previous(section, at, functionStart);
            if (at < 0 || !decode(section, at) || leaves(instruction.flow())) {
                return false;
            }
            if ((instruction.registersModified() & addends) == 0) {
                continue;
            }
            if (isTableEntry()) {
                return true;
            }
            if (isMove()) {
                addends |= 1 << instruction.regField() | 1 << instruction.rmField();
            } else if (!isLea() && !isLoad()) {
                return false;
            }
        }
        return false;
    }

    /** {@code movslq (base,index,4), register}. */
    private boolean isTableEntry() {
        return instruction.opcodeMap() == Instruction.MAP_ONE_BYTE
                && instruction.opcode() == MOVSXD
                && instruction.operandSize() == 8
                && instruction.hasMemoryOperand()
                && (instruction.scale() == 4 || instruction.indexRegister() == Instruction.NO_REGISTER);
    }

    private boolean isLoad() {
        int opcode = instruction.opcode();
        boolean pop = opcode >= 0x58 && opcode <= 0x5F;
        boolean mov = opcode == 0x8B && instruction.operandSize() == 8 && instruction.hasMemoryOperand();
        return instruction.opcodeMap() == Instruction.MAP_ONE_BYTE && (pop || mov);
    }

    private boolean isMove() {
        int opcode = instruction.opcode();
        return instruction.opcodeMap() == Instruction.MAP_ONE_BYTE
                && (opcode == 0x89 || opcode == 0x8B)
                && instruction.operandSize() == 8
                && !instruction.hasMemoryOperand();
    }

    private boolean isAdd() {
        int opcode = instruction.opcode();
        return instruction.opcodeMap() == Instruction.MAP_ONE_BYTE
                && (opcode == 0x01 || opcode == 0x03)
                && instruction.operandSize() == 8
                && !instruction.hasMemoryOperand();
    }

    private boolean isLea() {
        return instruction.opcodeMap() == Instruction.MAP_ONE_BYTE && instruction.opcode() == 0x8D;
    }

    private boolean isCodeLea() {
        return isLea() && instruction.isRipRelative();
    }

    /** Control does not come to the next instruction from this one: what was in the register is told by other places. */
    private static boolean leaves(Flow flow) {
        return switch (flow) {
            case JUMP, INDIRECT_JUMP, RETURN, TRAP, FAR -> true;
            default -> false;
        };
    }

    /** The instruction of the sweep before an address, or -1 at the function's start. */
    private long previous(Section section, long address, long functionStart) {
        long lowest = Math.max(functionStart, section.address());
        for (long at = address - 1; at >= lowest; at--) {
            if ((marks.get(at) & CodeMarks.BOUNDARY) != 0) {
                return at;
            }
        }
        return -1;
    }

    private boolean decode(Section section, long address) {
        return Decoder.decode(
                section.bytes(), (int) (address - section.address()), section.bytes().length, address, instruction);
    }
}
