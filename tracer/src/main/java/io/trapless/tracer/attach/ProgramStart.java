package io.trapless.tracer.attach;

import io.trapless.tracer.attach.AttachRefusal.Reason;
import io.trapless.tracer.linux.Processes;
import io.trapless.tracer.linux.Ptrace;
import org.jspecify.annotations.Nullable;

/**
 * Brings a program from its execve to its start: its libraries are mapped and relocated, the thread pointer stands, and no initialiser has run. Where the dynamic linker can be made to tell
 * ({@link StartStub}) that takes one stop; else, and for a static program, its first system calls are looked at one by one. The tracer may die at any time: the program then goes on as if it had
 * never been traced.
 *
 * <p>Fed with all that the kernel tells of the program's one thread, which it lets go on. On the {@link Ptracer} thread only.
 */
final class ProgramStart {
    /** AT_BASE of the auxiliary vector (getauxval(3)): where the dynamic linker is mapped, 0 for a static program. */
    private static final int AT_BASE = 7;

    private static final int SYS_ARCH_PRCTL = 158;
    private static final int SYS_SET_TID_ADDRESS = 218;
    private static final int SYS_SET_ROBUST_LIST = 273;
    private static final int SYS_RSEQ = 334;

    /** System-call stops after which a program counts as started, whatever it is: it was made without a C library, or starts in a way that is not known. */
    private static final int MOST_STEPS = 20_000;

    private static final long SETTLE_NANOS = 10_000_000_000L;

    private final TargetProcess target;
    private final int tid;
    private final @Nullable StartStub stub;
    private final long debug;
    private int steps;

    private ProgramStart(TargetProcess target, @Nullable StartStub stub, long debug) {
        this.target = target;
        this.tid = target.pid();
        this.stub = stub;
        this.debug = debug;
    }

    /** Prepares a program that stands at its execve; {@link #resume} lets it go. */
    static ProgramStart prepare(TargetProcess target) throws AttachException {
        long base = target.auxiliaryValue(AT_BASE);
        LinkerImage image = base == 0 ? null : LinkerImage.of(target, base);
        if (image == null) {
            return new ProgramStart(target, null, 0);
        }
        StartStub stub = StartStub.install(target, new StoppedThread(target.pid(), target.pid()), image, base);
        return new ProgramStart(target, stub, base + image.debug());
    }

    /** The same for a program whose dynamic linker is at work already, or has long done its work; null for a static one. It stands still. */
    static @Nullable ProgramStart underWay(TargetProcess target) throws AttachException {
        long base = target.auxiliaryValue(AT_BASE);
        LinkerImage image = base == 0 ? null : LinkerImage.of(target, base);
        return image == null ? null : new ProgramStart(target, null, base + image.debug());
    }

    TargetProcess target() {
        return target;
    }

    /** Lets the program go on towards its start. */
    void resume(int signal) throws AttachException {
        long result = stub != null ? Ptrace.resume(tid, signal) : Ptrace.resumeToSyscall(tid, signal);
        new StoppedThread(target.pid(), tid).check(result, "resume a new program");
    }

    /**
     * Lets the program go on and waits until it stands at its start.
     *
     * @param deadline System.nanoTime
     * @return {@link ThreadWait#EVENT} if it stands there; {@link ThreadWait#GONE} if it has ended; {@link ThreadWait#NOTHING} if it has not come so far in time
     */
    int await(long deadline) throws AttachException {
        ThreadWait wait = new ThreadWait();
        resume(0);
        while (true) {
            int kind = wait.await(tid, deadline);
            if (kind == ThreadWait.GONE || kind == ThreadWait.NOTHING) {
                return kind;
            }
            if (report(kind, wait.signal)) {
                return ThreadWait.EVENT;
            }
        }
    }

    /**
     * The program has stopped.
     *
     * @param kind of {@link ThreadWait}
     * @param signal that belongs to it
     * @return whether it stands at its start now; if not, it goes on
     */
    boolean report(int kind, int signal) throws AttachException {
        StoppedThread thread = new StoppedThread(target.pid(), tid);
        switch (kind) {
            case ThreadWait.SIGNAL -> {
                if (stub != null && stub.isReached(thread, signal)) {
                    stub.leave(thread);
                    settle();
                    return true;
                }
                resume(signal);
            }
            case ThreadWait.SYSTEM_CALL -> {
                if (stub == null && isReady(thread.registers())) {
                    settle();
                    return true;
                }
                resume(0);
            }
            case ThreadWait.EVENT -> {
                if (signal == Processes.SIGTRAP) {
                    resume(0);
                } else {
                    thread.check(Ptrace.listen(tid), "keep a new program stopped");
                }
            }
            default -> resume(0);
        }
        return false;
    }

    /** In a system-call stop, on the way in or out. */
    private boolean isReady(Registers registers) throws AttachException {
        if (++steps > MOST_STEPS) {
            return true;
        }
        return debug != 0 ? isLinked(registers) : hasThread(registers);
    }

    private boolean isLinked(Registers registers) throws AttachException {
        if (registers.fsBase() == 0) {
            return false;
        }
        byte[] state = target.readMemory(debug, LinkerImage.STATE_OFFSET + 4);
        return Bytes.getInt(state, LinkerImage.VERSION_OFFSET) > 0
                && Bytes.getLong(state, LinkerImage.MAP_OFFSET) != 0
                && Bytes.getInt(state, LinkerImage.STATE_OFFSET) == LinkerImage.CONSISTENT;
    }

    /** The thread pointer stands, and the program does something else than set up the thread. A C library asks for the thread's id right behind it; a Go program does not. */
    private static boolean hasThread(Registers registers) {
        long call = registers.systemCall();
        boolean settingUp = call == SYS_ARCH_PRCTL
                || call == SYS_SET_TID_ADDRESS
                || call == SYS_SET_ROBUST_LIST
                || call == SYS_RSEQ;
        return registers.fsBase() != 0 && !settingUp;
    }

    /** From any stop to an event stop; nothing but the system call that it is in runs meanwhile. */
    private void settle() throws AttachException {
        Ptrace.interrupt(tid);
        StoppedThread thread = new StoppedThread(target.pid(), tid);
        thread.check(Ptrace.resume(tid, 0), "resume a new program");
        if (new ThreadWait().awaitEvent(tid, System.nanoTime() + SETTLE_NANOS) != ThreadWait.EVENT) {
            throw target.refusal(Reason.UNEXPECTED, "process " + target.pid() + " does not stop at its start");
        }
    }

    /** Gives up; the thread stands still. */
    void cancel() throws AttachException {
        if (stub != null) {
            stub.cancel(new StoppedThread(target.pid(), tid));
        }
    }
}
