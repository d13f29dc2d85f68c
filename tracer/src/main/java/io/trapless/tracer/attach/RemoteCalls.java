package io.trapless.tracer.attach;

import io.trapless.tracer.attach.AttachRefusal.Reason;
import io.trapless.tracer.linux.Processes;
import io.trapless.tracer.linux.Ptrace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * System calls in the name of a stopped thread.
 *
 * <p>Before the thread is made to do anything, its whole state stands as a signal frame below its red zone, and its stack pointer is set on it: whatever happens to the tracer from then on,
 * the thread finishes the call it is in, returns into rt_sigreturn(2) and goes on where it was. {@link #close} puts everything back from outside instead, which keeps also the
 * state of an interrupted system call.
 *
 * <p>The calls are stepped by system-call stops, not by single steps: a single step is a SIGTRAP, which the kernel forces by resetting the handler and the mask of a thread
 * that blocks it. A list of calls ({@link RemoteBatch}) runs without stops until it waits at its end. All signals are blocked in the thread meanwhile; they stay pending. On the {@link Ptracer} thread only.
 */
public final class RemoteCalls implements AutoCloseable {
    /** Bytes of {@link #scratch()}. */
    public static final int SCRATCH_SIZE = 4096;

    private static final long TIMEOUT_NANOS = 10_000_000_000L;

    /** Between two looks at a list that is gone through: this processor is left to the thread meanwhile. */
    private static final long LIST_PAUSE_NANOS = 20_000;

    private static final String RESUMING = "resume a remote call";

    private final TargetProcess target;
    private final StoppedThread thread;
    private final Gadgets gadgets;
    private final Registers original;
    private final long originalMask;
    private final SignalFrame frame;
    private final long scratch;
    private final byte[] originalStack;
    private final ThreadWait wait = new ThreadWait();
    private boolean started;
    private boolean lost;
    private boolean inEventStop;

    private RemoteCalls(TargetProcess target, StoppedThread thread, Gadgets gadgets) throws AttachException {
        this.target = target;
        this.thread = thread;
        this.gadgets = gadgets;
        Registers registers = thread.registers();
        long abort = thread.abortAddress(target);
        // The kernel would abort the section anyway when the thread goes on, also one that ends in a call which is made
        // again; it could not any more after it has seen the thread elsewhere.
        original = abort != 0 ? InterruptedCalls.resumed(registers).with(Registers.RIP, abort) : registers;
        originalMask = thread.signalMask();
        frame = SignalFrame.of(thread, InterruptedCalls.resumed(original), gadgets.signalReturn());
        scratch = (frame.address() - SCRATCH_SIZE) & -64;
        originalStack = target.readMemory(scratch, (int) (frame.address() - scratch) + frame.bytes().length);
    }

    /**
     * Borrows the most suitable of the stopped threads.
     *
     * @throws AttachException NO_SUITABLE_THREAD, or SECCOMP_FILTER if it has put itself under one
     */
    public static RemoteCalls borrow(StoppedThreads stopped, Gadgets gadgets) throws AttachException {
        TargetProcess target = stopped.target();
        if (target.isConfined()) {
            throw Admission.confined(target.pid());
        }
        List<MemoryMapping> mappings = target.mappings();
        if (!gadgets.stand(target)) {
            throw target.refusal(
                    Reason.NO_GADGET, "the code of process " + target.pid() + " changed meanwhile; try again");
        }
        return lend(target, LendableThread.best(stopped, mappings), gadgets);
    }

    /** Borrows this very thread. */
    static RemoteCalls lend(TargetProcess target, StoppedThread thread, Gadgets gadgets) throws AttachException {
        return new RemoteCalls(target, thread, gadgets);
    }

    public TargetProcess target() {
        return target;
    }

    /** The thread that is lent. */
    public int tid() {
        return thread.tid();
    }

    /** Address of {@link #SCRATCH_SIZE} bytes of the target's memory that may be written until {@link #close}; 64-byte aligned. */
    public long scratch() {
        return scratch;
    }

    public long call(long number, long a, long b, long c) throws AttachException {
        return call(number, a, b, c, 0, 0, 0);
    }

    /**
     * Makes the call and waits for its result.
     *
     * @return the kernel's result: an error is the negated number
     * @throws AttachException if the target ended, or the call does not end
     */
    public long call(long number, long a, long b, long c, long d, long e, long f) throws AttachException {
        set(number, a, b, c, d, e, f);
        runToSystemCallStop();
        runToSystemCallStop();
        long[] registers = currentRegisters();
        if (registers[Registers.RIP] != gadgets.systemCall() + 2) {
            throw unexpected("a remote call ended at 0x" + Long.toHexString(registers[Registers.RIP]));
        }
        return registers[Registers.RAX];
    }

    /** Of the thread as it stands now, which is not where it is given back. */
    private long[] currentRegisters() throws AttachException {
        long[] registers = new long[Ptrace.REGISTER_COUNT];
        thread.check(Ptrace.getRegisters(thread.tid(), registers), "read the registers");
        return registers;
    }

    /** CPU time of the lent thread so far, nanoseconds (Documentation/scheduler/sched-stats.rst); the time of day where the kernel does not keep it. */
    public long cpuNanos() {
        try {
            String schedstat =
                    Files.readString(Path.of("/proc/" + target.pid() + "/task/" + thread.tid() + "/schedstat"));
            return Long.parseLong(schedstat, 0, schedstat.indexOf(' '), 10);
        } catch (IOException | NumberFormatException | IndexOutOfBoundsException e) {
            return System.nanoTime();
        }
    }

    /**
     * Runs a routine of ours in the target that ends in a system call, which gives the result, and a {@code ret}.
     *
     * @param routine its address
     * @param a what it finds in rdi
     * @param b what it finds in rsi
     * @return what its system call gave
     * @throws AttachException if the target ended, or the routine does not end
     */
    public long run(long routine, long a, long b) throws AttachException {
        set(routine, 0, a, b, 0, 0, 0, 0);
        runToSystemCallStop();
        runToSystemCallStop();
        return currentRegisters()[Registers.RAX];
    }

    /**
     * Goes through a list of calls in one go.
     *
     * @param room executable memory of ours in the target, for {@link RemoteBatch}'s routine; nobody runs there
     * @param list for {@link #scratch()}
     * @return the list when it is over
     * @throws AttachException if the target ended, or the list does not end
     */
    byte[] runList(long room, byte[] list) throws AttachException {
        beginList(room, list);
        awaitList(room);
        return target.readMemory(scratch, list.length);
    }

    void beginList(long room, byte[] list) throws AttachException {
        target.writeMemory(room, RemoteBatch.ROUTINE);
        target.writeMemory(scratch, list);
        set(room, 0, scratch, 0, 0, 0, 0, 0);
        thread.check(Ptrace.resume(thread.tid(), 0), RESUMING);
    }

    private void awaitList(long room) throws AttachException {
        long deadline = System.nanoTime() + TIMEOUT_NANOS;
        while (!RemoteBatch.isOver(target.readMemory(scratch, Long.BYTES))) {
            int kind = wait.poll(thread.tid());
            if (kind == ThreadWait.NOTHING && System.nanoTime() - deadline < 0) {
                Processes.sleepNanos(LIST_PAUSE_NANOS);
            } else {
                thread.check(Ptrace.resume(thread.tid(), signalBehind(kind)), RESUMING);
            }
        }
        Ptrace.interrupt(thread.tid());
        awaitEventStop();
        inEventStop = true;
        long rip = currentRegisters()[Registers.RIP];
        if (rip < room || rip >= room + RemoteBatch.ROUTINE.length) {
            lost = true; // it has waited for long enough, and gone back alone
            throw unexpected("a remote call was not looked after for too long");
        }
    }

    /** Makes the thread's next step a system call; from here on it finds its way back alone. */
    void set(long number, long a, long b, long c, long d, long e, long f) throws AttachException {
        set(gadgets.systemCall(), number, a, b, c, d, e, f);
    }

    private void set(long code, long number, long a, long b, long c, long d, long e, long f) throws AttachException {
        if (!started) {
            target.writeMemory(frame.address(), frame.bytes());
        }
        inEventStop = false;
        long[] registers = original.toArray();
        registers[Registers.RAX] = number;
        registers[Registers.RDI] = a;
        registers[Registers.RSI] = b;
        registers[Registers.RDX] = c;
        registers[Registers.R10] = d;
        registers[Registers.R8] = e;
        registers[Registers.R9] = f;
        registers[Registers.RIP] = code;
        registers[Registers.RSP] = frame.address();
        registers[Registers.ORIG_RAX] = -1;
        thread.check(Ptrace.setRegisters(thread.tid(), registers), "write the registers");
        if (!started) {
            started = true;
            thread.setSignalMask(-1L);
        }
    }

    /** Runs to the entry of the call that was set, or from there to its exit. */
    void runToSystemCallStop() throws AttachException {
        int signal = 0;
        long deadline = System.nanoTime() + TIMEOUT_NANOS;
        while (true) {
            thread.check(Ptrace.resumeToSyscall(thread.tid(), signal), RESUMING);
            int kind = wait.await(thread.tid(), deadline);
            if (kind == ThreadWait.SYSTEM_CALL) {
                return;
            }
            signal = signalBehind(kind);
        }
    }

    /** What a thread gets with which it goes on that has not stopped where it was to. */
    private int signalBehind(int kind) throws AttachException {
        return switch (kind) {
            // A stopped process traps once more before it runs.
            case ThreadWait.EVENT -> 0;
            // SIGSTOP, which nobody can block: the process is stopped from here on.
            case ThreadWait.SIGNAL -> wait.signal;
            case ThreadWait.GONE -> {
                lost = true;
                throw AttachException.gone(target.pid());
            }
            default -> {
                lost = true;
                Ptracer.retireAfterTask(thread.tid());
                throw unexpected("a remote call does not end");
            }
        };
    }

    private AttachException unexpected(String what) {
        return new AttachException(
                Reason.UNEXPECTED, what + " in thread " + thread.tid() + " of process " + target.pid());
    }

    /** Gives the thread back as it was, stopped still. */
    @Override
    public void close() throws AttachException {
        if (!started || lost) {
            return;
        }
        started = false;
        if (!inEventStop) {
            leaveSystemCallStop();
        }
        // The mask first: until its registers are back the thread would take it from the frame, should the tracer die.
        thread.setSignalMask(originalMask);
        thread.setRegisters(original);
        target.writeMemory(scratch, originalStack);
    }

    /** Only from an event stop does the kernel restart an interrupted call. */
    void leaveSystemCallStop() throws AttachException {
        Ptrace.interrupt(thread.tid());
        thread.check(Ptrace.resume(thread.tid(), 0), "resume after a remote call");
        awaitEventStop();
    }

    /** Of a thread that has been interrupted. */
    private void awaitEventStop() throws AttachException {
        int kind = wait.awaitEvent(thread.tid(), System.nanoTime() + TIMEOUT_NANOS);
        if (kind == ThreadWait.GONE) {
            throw AttachException.gone(target.pid());
        }
        if (kind != ThreadWait.EVENT) {
            Ptracer.retireAfterTask(thread.tid());
            throw unexpected("no stop after a remote call");
        }
    }
}
