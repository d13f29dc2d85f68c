package io.trapless.binary.flow;

import io.trapless.binary.flow.ImageView.Section;
import io.trapless.binary.x86.Decoder;
import io.trapless.binary.x86.Flow;
import io.trapless.binary.x86.Instruction;
import io.trapless.binary.x86.Segment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How much stack a goroutine has left, at the least, where its functions begin. A function that checks its stack first has {@value #CHECKED} bytes below it when it calls another. One that does not (the compiler makes small ones that
 * call nothing so, the runtime many) lives on what its callers left, and so do those that it calls, up to their own check: so the longest way of unchecked calls counts. The linker proves the same to be less than that
 * (cmd/link/internal/ld/stackcheck.go).
 *
 * <p>An indirect call may lead anywhere. Behind the alignment of the stack that C wants any call leads to C, on a stack of C's; where the stack pointer has been loaded the thread is on one of its own. A jump by an index is a switch's
 * and stays in its function. For one thread.
 */
public final class GoroutineStack {
    /** Bytes below a function that has checked its stack: StackGuard less StackSmall (runtime/stack.go). */
    public static final int CHECKED = 800;

    /** What checks come within so many instructions. */
    private static final int PROLOGUE = 8;

    /** Where a goroutine keeps the bound of its stack (runtime/runtime2.go: {@code g.stackguard0}); and where functions look for it that run on a thread's own stack only ({@code g.stackguard1}). */
    private static final Set<Long> STACK_GUARD_OFFSETS = Set.of(16L, 24L);

    /** Registers that hold nothing where a function of the compiler's begins: r12 and r13 (cmd/compile/abi-internal.md). */
    private static final int SCRATCH = 1 << 12 | 1 << 13;

    private static final int RETURN_ADDRESS = 8;

    /** The bottom of every goroutine's stack returns behind its first instruction, a nop that stands there for that (runtime/asm_amd64.s): nothing may be displaced there. */
    private static final Set<String> RETURNED_INTO = Set.of("runtime.goexit", "runtime.goexit.abi0");

    /** No stack is so deep; sums of it don't overflow. */
    private static final int ENDLESS = 1 << 28;

    /** Their indirect calls lead to hooks that no program for Linux sets. */
    private static final Set<String> HOOKED = Set.of("runtime.write");

    /** Called with something of the caller's right below their return address: the assembler keeps the frame pointer there around these calls (cmd/internal/obj/x86/asm6.go: Zcallduff). */
    private static final String CALLED_ABOVE_SOMETHING = "runtime.duff";

    /** Begun where the stack is found to be full, or wherever a signal or a debugger interrupted: with nothing left. */
    private static final List<String> FORCED =
            List.of("runtime.morestack", "runtime.asyncPreempt", "runtime.sigpanic", "runtime.debugCall", "debugCall");

    /** What runs before the first thread has its thread pointer. */
    private static final List<String> EARLY = List.of("_rt0_", "runtime.rt0_go", "runtime.settls");

    private final long[] starts;
    private final long[] ends;
    private final boolean[] checks;
    private final int[] frames;
    private final int[] depths;
    private final List<GoFunction> functions;
    private final List<Section> code;
    private final OptionalInt goroutineOffset;

    /** Of each function, as far as it has been asked for. */
    private final @Nullable Boolean[] below;

    /**
     * A function of Go's.
     *
     * @param compiled whether it is surely the compiler's work, and nobody's own in assembly, where other rules may hold
     */
    public record GoFunction(String name, long start, long end, boolean compiled) {}

    private GoroutineStack(Analysis analysis) {
        this.starts = analysis.starts;
        this.ends = analysis.ends;
        this.checks = analysis.checks;
        this.frames = analysis.frames;
        this.depths = analysis.depths;
        this.functions = analysis.functions;
        this.code = analysis.code;
        this.goroutineOffset = analysis.threadStorage.offset();
        this.below = new Boolean[starts.length];
    }

    /**
     * Looks at all functions of an image that Go's compiler made.
     *
     * @param code its executable sections
     */
    public static GoroutineStack of(List<Section> code, List<GoFunction> functions) {
        Analysis analysis = new Analysis(code, functions);
        analysis.run();
        return new GoroutineStack(analysis);
    }

    /** Bytes below the stack pointer at an address that are surely the goroutine's own; 0 if no function is known there. */
    public int bytesLeft(long address) {
        int i = functionAt(address);
        if (i < 0) {
            return 0;
        }
        boolean inFrame = address != starts[i] && !checks[i];
        return Math.max(0, CHECKED - depths[i] - (inFrame ? frames[i] : 0));
    }

    /**
     * Where a thread that runs the function at an address keeps the address of its goroutine, from the thread pointer on; 0 is kept there by a thread that has none. The first 8 bytes of a goroutine are the lowest address of its stack (runtime/runtime2.go:
     * {@code g.stack.lo}), and a thread's own stack has a goroutine too. Empty if the code does not say one place, if the function may run before there is a thread pointer, or if something returns into it that it did not call, which no look at the stack helps.
     */
    public OptionalInt goroutineOffset(long address) {
        int i = functionAt(address);
        return i < 0 || RETURNED_INTO.contains(functions.get(i).name) || isEarly(functions.get(i).name)
                ? OptionalInt.empty()
                : goroutineOffset;
    }

    /** Registers, bit n: general register n, that hold nothing at an address, beyond what the code there shows; where there are any, the flags hold nothing either. */
    public int scratchRegisters(long address) {
        int i = functionAt(address);
        return i >= 0 && address == starts[i] && functions.get(i).compiled ? SCRATCH : 0;
    }

    private static boolean isEarly(String name) {
        return EARLY.stream().anyMatch(name::startsWith);
    }

    /** The index of the function that holds an address; negative if none does. */
    private int functionAt(long address) {
        int found = Arrays.binarySearch(starts, address);
        int i = found >= 0 ? found : -found - 2;
        return i < 0 || address >= ends[i] ? -1 : i;
    }

    /**
     * Whether something may be kept below the stack pointer where the function at an address runs. Go's compiler never does, but around its calls of two functions; hand-written code might. True if no function is known there, or if its stack pointer is copied, so that it can't be told.
     */
    public boolean usesBelow(long address) {
        int i = functionAt(address);
        if (i < 0) {
            return true;
        }
        Boolean known = below[i];
        if (known == null) {
            known = looksBelow(i);
            below[i] = known;
        }
        return known;
    }

    private boolean looksBelow(int index) {
        if (functions.get(index).name.startsWith(CALLED_ABOVE_SOMETHING)) {
            return true;
        }
        Instruction instruction = new Instruction();
        for (long at = starts[index]; at < ends[index]; at = instruction.nextAddress()) {
            Section section = Section.holding(at, code);
            if (section == null || !CodeMap.decode(section, at, instruction)) {
                return true;
            }
            boolean operand = instruction.hasMemoryOperand() && instruction.baseRegister() == Instruction.RSP;
            boolean indexed = instruction.indexRegister() != Instruction.NO_REGISTER;
            boolean lowers = (instruction.registersModified() >> Instruction.RSP & 1) != 0;
            if (operand && !lowers && (instruction.displacement() < 0 || indexed)) {
                return true;
            }
            if (copiesStackPointer(instruction)) {
                return true;
            }
        }
        return false;
    }

    /** {@code mov %rsp, %register}, but for the frame pointer, from which Go's code counts upwards. */
    private static boolean copiesStackPointer(Instruction instruction) {
        return !instruction.hasMemoryOperand()
                && ((instruction.isOneByte(0x89)
                                && instruction.regField() == Instruction.RSP
                                && instruction.rmField() != Instruction.RBP)
                        || (instruction.isOneByte(0x8B)
                                && instruction.rmField() == Instruction.RSP
                                && instruction.regField() != Instruction.RBP));
    }

    /** One run over the code. */
    private static final class Analysis {
        private final List<Section> code;
        private final List<GoFunction> functions;
        private final long[] starts;
        private final long[] ends;
        private final boolean[] checks;
        private final int[] frames;
        private final int[] depths;

        /** Of each function, those that call it without having checked, and how deep they are by then beyond their own frame. */
        private final List<List<Caller>> callers = new ArrayList<>();

        private final boolean[] callsAnything;
        private final boolean[] visiting;
        private final ThreadStorage threadStorage = new ThreadStorage();
        private final Instruction instruction = new Instruction();

        private record Caller(int index, int pushed) {}

        Analysis(List<Section> code, List<GoFunction> functions) {
            this.code = code;
            this.functions = functions.stream()
                    .sorted((a, b) -> Long.compare(a.start, b.start))
                    .toList();
            int count = functions.size();
            this.starts = this.functions.stream().mapToLong(GoFunction::start).toArray();
            this.ends = this.functions.stream().mapToLong(GoFunction::end).toArray();
            this.checks = new boolean[count];
            this.frames = new int[count];
            this.depths = new int[count];
            this.callsAnything = new boolean[count];
            this.visiting = new boolean[count];
        }

        void run() {
            for (int i = 0; i < starts.length; i++) {
                callers.add(new ArrayList<>());
                checks[i] = checksStack(i);
                String name = functions.get(i).name;
                if (RETURNED_INTO.contains(name) || FORCED.stream().anyMatch(name::startsWith)) {
                    depths[i] = ENDLESS;
                }
            }
            for (int i = 0; i < starts.length; i++) {
                if (!checks[i]) {
                    follow(i);
                }
            }
            int anywhere = RETURN_ADDRESS;
            for (int i = 0; i < starts.length; i++) {
                int depth = depth(i);
                if (callsAnything[i] && depth < ENDLESS) {
                    anywhere = Math.max(anywhere, depth + frames[i] + RETURN_ADDRESS);
                }
            }
            for (int i = 0; i < starts.length; i++) {
                depths[i] = Math.max(depths[i], anywhere);
            }
        }

        /** Whether a function begins with the comparison of the stack pointer, or of what it will be, with its goroutine's bound. */
        private boolean checksStack(int index) {
            long at = starts[index];
            for (int i = 0; i < PROLOGUE && at < ends[index] && decode(at); i++) {
                if (isGuardComparison()) {
                    return true;
                }
                if (instruction.flow() == Flow.CALL || instruction.flow() == Flow.RETURN) {
                    return false;
                }
                at = instruction.nextAddress();
            }
            return false;
        }

        /** {@code cmp 16(g), %rsp} or {@code %r12}. */
        private boolean isGuardComparison() {
            return instruction.isOneByte(0x3B)
                    && instruction.hasMemoryOperand()
                    && STACK_GUARD_OFFSETS.contains(instruction.displacement())
                    && (instruction.regField() == Instruction.RSP || instruction.regField() == 12);
        }

        /** Adds up the frame of a function and notes what it calls. */
        private void follow(int index) {
            boolean elsewhere = false;
            boolean aligned = false;
            long at = starts[index];
            while (at < ends[index] && decode(at)) {
                threadStorage.look(instruction);
                if ((instruction.registersModified() >> Instruction.RSP & 1) != 0) {
                    int bytes = framed();
                    elsewhere |= bytes < 0;
                    aligned |= isAlignment();
                    frames[index] = Math.min(ENDLESS, frames[index] + Math.max(0, bytes));
                }
                switch (instruction.flow()) {
                    case CALL -> {
                        if (!aligned) {
                            noteCall(index, RETURN_ADDRESS);
                        }
                    }
                    case JUMP, CONDITIONAL_JUMP -> noteCall(index, 0);
                    case INDIRECT_CALL, INDIRECT_JUMP ->
                        callsAnything[index] |=
                                !elsewhere && !isSwitch() && !HOOKED.contains(functions.get(index).name);
                    default -> {}
                }
                at = instruction.nextAddress();
            }
        }

        /** {@code jmp *table(,index,8)}, from which the compiler's switches go on. */
        private boolean isSwitch() {
            return instruction.flow() == Flow.INDIRECT_JUMP
                    && instruction.hasMemoryOperand()
                    && instruction.indexRegister() != Instruction.NO_REGISTER;
        }

        /** {@code and $-16, %rsp}. */
        private boolean isAlignment() {
            return (instruction.isOneByte(0x81) || instruction.isOneByte(0x83))
                    && !instruction.hasMemoryOperand()
                    && instruction.regField() == 4;
        }

        private void noteCall(int caller, int pushed) {
            int callee = Arrays.binarySearch(starts, instruction.target());
            if (callee >= 0 && (callee != caller || pushed > 0)) {
                callers.get(callee).add(new Caller(caller, pushed));
            }
        }

        /** By how much an instruction that changes the stack pointer may lower it; -1 if it loads it, or aligns it for C. */
        private int framed() {
            int opcode = instruction.opcode();
            if (instruction.flow() != Flow.NEXT) {
                return 0; // calls and returns
            }
            boolean push = instruction.isOneByte(opcode)
                    && ((opcode & 0xF8) == 0x50
                            || opcode == 0x68
                            || opcode == 0x6A
                            || opcode == 0x9C
                            || (opcode == 0xFF && instruction.regField() == 6));
            if (push) {
                return Long.BYTES;
            }
            if ((instruction.isOneByte(0x81) || instruction.isOneByte(0x83)) && !instruction.hasMemoryOperand()) {
                long value = instruction.immediate();
                return switch (instruction.regField()) {
                    case 0 -> bounded(-value); // add
                    case 5 -> bounded(value); // sub
                    default -> -1; // and
                };
            }
            if (instruction.isOneByte(0x29) || instruction.isOneByte(0x2B)) {
                return ENDLESS; // sub of a register
            }
            if (instruction.isOneByte(0x8D) && instruction.baseRegister() == Instruction.RSP) {
                boolean fixed = instruction.indexRegister() == Instruction.NO_REGISTER;
                return fixed ? bounded(-instruction.displacement()) : ENDLESS;
            }
            boolean pop = instruction.isOneByte(opcode)
                    && (((opcode & 0xF8) == 0x58 && instruction.length() <= 2 && !isPopOfStackPointer())
                            || opcode == 0x9D
                            || opcode == 0xC9);
            return pop ? 0 : -1;
        }

        private boolean isPopOfStackPointer() {
            return instruction.opcode() == 0x5C && instruction.length() == 1;
        }

        private static int bounded(long bytes) {
            return Math.clamp(bytes, 0, ENDLESS);
        }

        /** The deepest that a function's caller can be, and the return address. */
        private int depth(int index) {
            if (visiting[index]) {
                return ENDLESS;
            }
            if (depths[index] > 0) {
                return depths[index];
            }
            visiting[index] = true;
            int deepest = RETURN_ADDRESS;
            for (Caller caller : callers.get(index)) {
                deepest = Math.max(
                        deepest, Math.min(ENDLESS, depth(caller.index) + frames[caller.index] + caller.pushed));
            }
            visiting[index] = false;
            depths[index] = deepest;
            return deepest;
        }

        private boolean decode(long address) {
            Section section = Section.holding(address, code);
            if (section == null) {
                return false;
            }
            byte[] bytes = section.bytes();
            return Decoder.decode(
                    bytes, Math.toIntExact(address - section.address()), bytes.length, address, instruction);
        }
    }

    /** What Go's code loads relative to the thread pointer: {@code mov %fs:offset, %register}, or {@code mov $offset, %register; mov %fs:(%register), %register}. */
    private static final class ThreadStorage {
        /** The register that the instruction before loaded with a constant, and that constant. */
        private int constantRegister = Instruction.NO_REGISTER;

        private int constant;
        private boolean known;
        private boolean contradicted;
        private int offset;

        void look(Instruction instruction) {
            if (instruction.segment() == Segment.FS && instruction.hasMemoryOperand() && instruction.isOneByte(0x8B)) {
                note(instruction);
            }
            boolean loads =
                    instruction.isOneByte(0xC7) && !instruction.hasMemoryOperand() && instruction.regField() == 0;
            constantRegister = loads ? instruction.rmField() : Instruction.NO_REGISTER;
            constant = (int) instruction.immediate();
        }

        private void note(Instruction instruction) {
            boolean based = instruction.baseRegister() != Instruction.NO_REGISTER;
            if (instruction.isRipRelative()
                    || instruction.indexRegister() != Instruction.NO_REGISTER
                    || (based && instruction.baseRegister() != constantRegister)) {
                return; // relative to what was loaded earlier
            }
            int found = (int) instruction.displacement() + (based ? constant : 0);
            contradicted |= known && found != offset;
            known = true;
            offset = found;
        }

        OptionalInt offset() {
            return known && !contradicted ? OptionalInt.of(offset) : OptionalInt.empty();
        }
    }
}
