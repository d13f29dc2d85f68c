package io.trapless.binary.x86;

import static io.trapless.binary.x86.Instruction.MAP_ONE_BYTE;
import static io.trapless.binary.x86.Instruction.NO_REGISTER;
import static io.trapless.binary.x86.Instruction.PREFIX_REX2;
import static io.trapless.binary.x86.Instruction.PREFIX_SEGMENT;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Copies instructions to another address so that they have the same effect there on registers, flags, stack and memory.
 *
 * <ul>
 *   <li>RIP-relative operands get a new displacement; short branches become long ones; loop and jrcxz jump over two jumps.
 *   <li>A call pushes the <em>original</em> return address, in one instruction that touches no register or flag, and jumps: whoever unwinds the stack sees what was there
 *       before. It must be the last instruction of the range.
 *   <li>A branch to the inside of the range goes to the copy. A branch to the range's first byte goes to the original place, where the jump to the copy stands.
 * </ul>
 *
 * One relocator copies one range, once; not thread-safe.
 */
public final class Relocator {
    /** Told before each copy is written; what it writes to the assembler runs before the instruction, also when a branch or a moved thread arrives there. */
    @FunctionalInterface
    public interface Hook {
        void before(long original, Assembler out);
    }

    private static final Hook NOTHING = (original, out) -> {};

    private final byte[] code;
    private final int offset;
    private final int lengthBytes;
    private final long address;
    private final Assembler out;
    private final Instruction instruction = new Instruction();
    /** By offset in the range: the label of the copy; null where no instruction starts. */
    private final @Nullable Label[] labels;

    private Relocator(byte[] code, int offset, int lengthBytes, long address, Assembler out) {
        this.code = code;
        this.offset = offset;
        this.lengthBytes = lengthBytes;
        this.address = address;
        this.out = out;
        this.labels = new Label[lengthBytes];
    }

    /** As {@link #relocate(byte[], int, int, long, Assembler, Hook)} without a hook. */
    public static Relocation relocate(byte[] code, int offset, int lengthBytes, long address, Assembler out) {
        return relocate(code, offset, lengthBytes, address, out, NOTHING);
    }

    /**
     * Copies the instructions of a range.
     *
     * @param code where the bytes are, from {@code offset} on
     * @param lengthBytes of whole instructions, at least 1
     * @param address of the first instruction's original
     * @param out where the copies go; its address may be anywhere
     */
    public static Relocation relocate(
            byte[] code, int offset, int lengthBytes, long address, Assembler out, Hook hook) {
        if (lengthBytes < 1 || offset < 0 || offset > code.length - lengthBytes) {
            throw new IllegalArgumentException("no range of " + lengthBytes + " bytes at " + offset);
        }
        return new Relocator(code, offset, lengthBytes, address, out).run(hook);
    }

    /** Why an instruction can be copied nowhere, whatever stands around it; null if nothing speaks against it so far. */
    public static @Nullable RelocationRefusal refusal(Instruction instruction) {
        if (instruction.isAmbiguous()) {
            return RelocationRefusal.AMBIGUOUS;
        }
        if (instruction.isRipRelative() && instruction.addressSize() != 8) {
            return RelocationRefusal.ADDRESS_SIZE;
        }
        return switch (instruction.flow()) {
            case XBEGIN -> RelocationRefusal.TRANSACTION;
            case FAR -> RelocationRefusal.FAR_BRANCH;
            case SYSCALL -> RelocationRefusal.SYSTEM_CALL;
            case TRAP -> RelocationRefusal.TRAP;
            case RETURN -> isNearReturn(instruction) ? null : RelocationRefusal.FAR_BRANCH;
            case JUMP, CONDITIONAL_JUMP, LOOP, CALL ->
                instruction.branchSize() == 1 || instruction.branchSize() == 4 ? null : RelocationRefusal.INVALID;
            case INDIRECT_CALL -> indirectCallRefusal(instruction);
            case NEXT, INDIRECT_JUMP -> null;
        };
    }

    private static boolean isNearReturn(Instruction instruction) {
        return instruction.opcodeMap() == MAP_ONE_BYTE && (instruction.opcode() & 0xFE) == 0xC2;
    }

    /** The push of the return address comes before the pointer is read, and moves the stack pointer. */
    private static @Nullable RelocationRefusal indirectCallRefusal(Instruction call) {
        if ((call.prefixes() & PREFIX_REX2) != 0) {
            return RelocationRefusal.EXTENDED_CALL;
        }
        if (!call.hasMemoryOperand()) {
            return call.rmField() == Instruction.RSP ? RelocationRefusal.STACK_POINTER_CALL : null;
        }
        if (call.addressSize() != 8) {
            return RelocationRefusal.ADDRESS_SIZE;
        }
        boolean belowStack = call.baseRegister() == Instruction.RSP
                && (call.displacement() < 0 || call.indexRegister() != NO_REGISTER);
        return belowStack || call.displacement() > Integer.MAX_VALUE - 8 ? RelocationRefusal.STACK_POINTER_CALL : null;
    }

    private Relocation run(Hook hook) {
        Flow last = Flow.NEXT;
        for (int at = 0; at < lengthBytes; at += instruction.length()) {
            RelocationRefusal refusal = decode(at) ? refusal(instruction) : RelocationRefusal.INVALID;
            if (refusal == null && at > 0 && (last == Flow.CALL || last == Flow.INDIRECT_CALL)) {
                refusal = RelocationRefusal.CALL_NOT_LAST;
            }
            if (refusal != null) {
                return new Relocation.Refused(refusal, address + at);
            }
            last = instruction.flow();
            labels[at] = out.label();
        }
        return copyAll(last, hook);
    }

    private Relocation copyAll(Flow last, Hook hook) {
        List<Relocation.Move> moves = new ArrayList<>();
        for (int at = 0; at < lengthBytes; at += instruction.length()) {
            Label label = labels[at];
            decode(at);
            if (label == null) {
                throw new IllegalStateException("the code changed while it was read");
            }
            out.bind(label);
            moves.add(new Relocation.Move(address + at, out.address()));
            hook.before(address + at, out);
            try {
                RelocationRefusal refusal = copy();
                if (refusal != null) {
                    return new Relocation.Refused(refusal, address + at);
                }
            } catch (AssemblerException e) {
                if (e.reason() != AssemblerException.Reason.OUT_OF_RANGE) {
                    throw e;
                }
                return new Relocation.Refused(RelocationRefusal.OUT_OF_RANGE, address + at);
            }
        }
        boolean call = last == Flow.CALL || last == Flow.INDIRECT_CALL;
        boolean ends = call || last == Flow.JUMP || last == Flow.INDIRECT_JUMP || last == Flow.RETURN;
        return new Relocation.Copied(moves, !ends, call);
    }

    private boolean decode(int at) {
        return Decoder.decode(code, offset + at, offset + lengthBytes, address + at, instruction);
    }

    private @Nullable RelocationRefusal copy() {
        if (instruction.hasTarget()) {
            return branchesIntoInstruction() ? RelocationRefusal.BRANCH_INTO_INSTRUCTION : copyBranch();
        }
        if (instruction.isRipRelative() && refersToRange()) {
            return RelocationRefusal.READS_ITSELF;
        }
        if (instruction.flow() == Flow.INDIRECT_CALL) {
            copyIndirectCall();
        } else {
            copyPlain();
        }
        return null;
    }

    /** Whether the operand may overlap the range: lea only names an address, anything else reads or writes up to 64 bytes there. */
    private boolean refersToRange() {
        long target = instruction.ripTarget();
        boolean lea = instruction.isOneByte(0x8D);
        return lea ? isInside(target) : target > address - 64 && target < address + lengthBytes;
    }

    private boolean isInside(long target) {
        return target > address && target < address + lengthBytes;
    }

    private boolean branchesIntoInstruction() {
        long target = instruction.target();
        return isInside(target) && labels[(int) (target - address)] == null;
    }

    private void copyPlain() {
        byte[] bytes = new byte[instruction.length()];
        instruction.copyBytes(bytes, 0);
        if (instruction.isRipRelative()) {
            int displacement = out.relativeTo(instruction.ripTarget(), instruction.length());
            for (int i = 0; i < 4; i++) {
                bytes[instruction.displacementOffset() + i] = (byte) (displacement >>> (8 * i));
            }
        }
        out.db(bytes);
    }

    private @Nullable RelocationRefusal copyBranch() {
        switch (instruction.flow()) {
            case JUMP -> jump();
            case CONDITIONAL_JUMP -> {
                Condition condition = Condition.of(instruction.opcode());
                Label inside = labelOf(instruction.target());
                if (inside != null) {
                    out.jcc(condition, inside);
                } else {
                    out.jcc(condition, instruction.target());
                }
            }
            case LOOP -> {
                byte[] bytes = new byte[instruction.length()];
                instruction.copyBytes(bytes, 0);
                bytes[instruction.branchOffset()] = 2;
                Label end = out.label();
                out.db(bytes);
                out.shortJmp(end);
                jump();
                out.bind(end);
            }
            case CALL -> {
                Label returnAddress = pushReturnAddress();
                jump();
                out.bind(returnAddress);
                out.dq(instruction.nextAddress());
            }
            default -> throw new IllegalStateException("no direct branch: " + instruction.flow());
        }
        return null;
    }

    private void jump() {
        Label inside = labelOf(instruction.target());
        if (inside != null) {
            out.jmp(inside);
        } else {
            out.jmp(instruction.target());
        }
    }

    private @Nullable Label labelOf(long target) {
        return isInside(target) ? labels[(int) (target - address)] : null;
    }

    /** One push from memory: at no instant is there half an address on the stack. The returned label has to be bound to the datum. */
    private Label pushReturnAddress() {
        Label datum = out.label();
        out.push(Mem.rip(datum));
        return datum;
    }

    private void copyIndirectCall() {
        Label returnAddress = pushReturnAddress();
        boolean noTrack = (instruction.prefixes() & PREFIX_SEGMENT) != 0 && instruction.segment() == Segment.NONE;
        if (noTrack) {
            out.db((byte) 0x3E);
        }
        if (instruction.hasMemoryOperand()) {
            out.jmp(callOperand());
        } else {
            out.jmp(Gpr.of(instruction.rmField()));
        }
        out.bind(returnAddress);
        out.dq(instruction.nextAddress());
    }

    /** The pointer of an indirect call, as it is to be addressed after the push. */
    private Mem callOperand() {
        if (instruction.isRipRelative()) {
            return Mem.ripAbsolute(instruction.ripTarget()).in(instruction.segment());
        }
        Gpr base = instruction.baseRegister() == NO_REGISTER ? null : Gpr.of(instruction.baseRegister());
        Gpr index = instruction.indexRegister() == NO_REGISTER ? null : Gpr.of(instruction.indexRegister());
        int moved = base == Gpr.RSP ? 8 : 0;
        int displacement = Math.toIntExact(instruction.displacement() + moved);
        return new Mem(base, index, instruction.scale(), displacement, null, 0, false, instruction.segment());
    }
}
