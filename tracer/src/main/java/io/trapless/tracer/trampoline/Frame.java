package io.trapless.tracer.trampoline;

import io.trapless.binary.x86.Assembler;
import io.trapless.binary.x86.Condition;
import io.trapless.binary.x86.Gpr;
import io.trapless.binary.x86.Mem;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * The stack frame of a trampoline: what it saves below the red zone, and where a saved register's original value is to be found while the code runs.
 *
 * <pre>
 *   S       the target's stack pointer at the site
 *   S-128   its red zone, untouched; none where the code at the site has none
 *           saved registers, 8 bytes each
 *           saved flags (lahf and seto, in rax), if they are live
 *           all flags as pushfq has them, if captured
 *           staging area, {@code stagingBytes}
 *   rsp     the retry word: how often a sequence may still be restarted; the atomic path keeps its commit mark here
 * </pre>
 *
 * Mutable while code is emitted: {@link #depth} follows every push.
 */
final class Frame {
    /** How often an aborted sequence is tried again before the event is counted as lost. */
    private static final int RETRIES = 100;

    private final Assembler asm;
    private final List<Gpr> saved = new ArrayList<>();
    private final int redZone;
    private final boolean saveFlags;
    private final boolean captureFlags;
    private final int stagingBytes;

    /** Bytes between S and rsp. */
    private int depth;

    private int deepest;

    private int capturedFlagsAt;

    /**
     * @param redZone bytes below S that the target may be using
     * @param clobbered registers that the trampoline changes and that are live or captured
     * @param saveFlags whether the status flags are live at the site
     * @param captureFlags whether the program asks for them
     * @param stagingBytes a multiple of 8
     */
    Frame(Assembler asm, int redZone, Set<Gpr> clobbered, boolean saveFlags, boolean captureFlags, int stagingBytes) {
        this.asm = asm;
        this.redZone = redZone;
        Set<Gpr> registers = EnumSet.copyOf(clobbered.isEmpty() ? EnumSet.noneOf(Gpr.class) : clobbered);
        if (saveFlags) {
            registers.add(Gpr.RAX); // lahf needs ah
        }
        saved.addAll(registers); // in register order, so rax comes first
        this.saveFlags = saveFlags;
        this.captureFlags = captureFlags;
        this.stagingBytes = stagingBytes;
    }

    /** Emits the saving of everything but staging and retry word: from here on flags and saved registers are free. */
    void enter() {
        stepOver(-redZone);
        lower(redZone);
        for (Gpr register : saved) {
            push(register);
        }
        if (saveFlags) {
            asm.lahf();
            asm.setcc(Condition.O, Gpr.RAX);
            push(Gpr.RAX);
        }
        if (captureFlags) {
            asm.pushfq(); // lahf and seto changed none
            lower(8);
            capturedFlagsAt = depth;
        }
    }

    /** Emits staging and retry word. */
    void openStaging() {
        if (stagingBytes > 0) {
            asm.lea(Gpr.RSP, Mem.of(Gpr.RSP, -stagingBytes));
            lower(stagingBytes);
        }
        asm.push(RETRIES);
        lower(8);
    }

    /** Emits the undoing of {@link #openStaging}, without touching flags. */
    void closeStaging() {
        asm.lea(Gpr.RSP, Mem.of(Gpr.RSP, stagingBytes + 8));
        depth -= stagingBytes + 8;
    }

    /** Emits the undoing of {@link #enter}. */
    void leave() {
        if (captureFlags) {
            asm.lea(Gpr.RSP, Mem.of(Gpr.RSP, 8));
            depth -= 8;
        }
        if (saveFlags) {
            pop(Gpr.RAX);
            asm.add(Gpr.RAX, 0x7F, 1); // al = 1 overflows: OF is back
            asm.sahf();
        }
        for (int i = saved.size() - 1; i >= 0; i--) {
            pop(saved.get(i));
        }
        stepOver(redZone);
        depth = 0;
    }

    private void stepOver(int bytes) {
        if (bytes != 0) {
            asm.lea(Gpr.RSP, Mem.of(Gpr.RSP, bytes));
        }
    }

    void push(Gpr register) {
        asm.push(register);
        lower(8);
    }

    void pop(Gpr register) {
        asm.pop(register);
        depth -= 8;
    }

    /** Forgets the last {@code count} pushes, without touching flags. */
    void drop(int count) {
        asm.lea(Gpr.RSP, Mem.of(Gpr.RSP, 8 * count));
        depth -= 8 * count;
    }

    boolean isSaved(Gpr register) {
        return saved.contains(register);
    }

    /** The slot of a saved register, as rsp stands now. */
    Mem slot(Gpr register) {
        int at = redZone + 8 * (saved.indexOf(register) + 1);
        return Mem.of(Gpr.RSP, depth - at);
    }

    Mem capturedFlags() {
        return Mem.of(Gpr.RSP, depth - capturedFlagsAt);
    }

    /** A place in the staging area; valid between {@link #openStaging} and {@link #closeStaging}, at any depth of pushes. */
    Mem staging(int offset) {
        return Mem.of(Gpr.RSP, depth - stagingTop() + offset);
    }

    /** The retry word. */
    Mem retryWord() {
        return Mem.of(Gpr.RSP, depth - stagingTop() - 8);
    }

    /** The target's stack pointer at the site, {@code bytes} further. */
    Mem originalStack(int bytes) {
        return Mem.of(Gpr.RSP, depth + bytes);
    }

    int depth() {
        return depth;
    }

    /** For code that continues at a place where rsp stands {@code depth} below S, such as a cold part. */
    void assumeDepth(int depth) {
        this.depth = depth;
    }

    /** The most bytes that there were between S and rsp so far. */
    int deepest() {
        return deepest;
    }

    private void lower(int bytes) {
        depth += bytes;
        deepest = Math.max(deepest, depth);
    }

    private int stagingTop() {
        int fixed = redZone + 8 * saved.size() + (saveFlags ? 8 : 0) + (captureFlags ? 8 : 0);
        return fixed + stagingBytes;
    }
}
