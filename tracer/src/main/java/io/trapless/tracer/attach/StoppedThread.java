package io.trapless.tracer.attach;

import io.trapless.tracer.linux.Errno;
import io.trapless.tracer.linux.Ptrace;
import org.jspecify.annotations.Nullable;

/** One stopped thread. On the {@link Ptracer} thread that stopped it only. */
public final class StoppedThread {
    private final int pid;
    private final int tid;
    private @Nullable Registers registers;
    private boolean repeats;

    StoppedThread(int pid, int tid) {
        this.pid = pid;
        this.tid = tid;
    }

    public int tid() {
        return tid;
    }

    /** Its registers. Where a system call was interrupted they stand as the kernel left them: it restarts the call when the thread goes on. */
    public Registers registers() throws AttachException {
        Registers known = registers;
        if (known == null) {
            known = Registers.read(tid);
            if (known.absent()) {
                throw AttachException.gone(pid);
            }
            registers = known;
        }
        return known;
    }

    /** Changes its registers. */
    public void setRegisters(Registers changed) throws AttachException {
        check(Ptrace.setRegisters(tid, changed.toArray()), "write registers");
        registers = changed;
    }

    /**
     * A system call that failed by the stop alone is set to be made again: at once, so that the program never learns of it even if the tracer dies while the thread stands still.
     */
    void repeatInterruptedCall() throws AttachException {
        Registers now = registers();
        if (InterruptedCalls.isRepeatable(now)) {
            setRegisters(InterruptedCalls.repeated(now));
            repeats = true;
        }
    }

    /** A signal has come while the thread stood still. Its handler may expect to end the call: so let it have failed. */
    void failRepeatedCallIfSignalled() throws AttachException {
        if (repeats && ProcessFacts.pendingUnblocked(pid, tid) != 0) {
            setRegisters(InterruptedCalls.failed(registers()));
        }
    }

    /** The signals it blocks; bit n-1 stands for signal n. */
    long signalMask() throws AttachException {
        long[] mask = new long[1];
        check(Ptrace.getSignalMask(tid, mask), "read the signal mask");
        return mask[0];
    }

    void setSignalMask(long mask) throws AttachException {
        check(Ptrace.setSignalMask(tid, mask), "write the signal mask");
    }

    /** Its restartable-sequence registration. */
    public RseqConfiguration rseqConfiguration() throws AttachException {
        long[] values = new long[3];
        long result = Ptrace.getRseqConfiguration(tid, values);
        if (result == -Errno.EIO || result == -Errno.EINVAL) {
            return RseqConfiguration.NONE;
        }
        check(result, "read the rseq configuration");
        return values[0] == 0
                ? RseqConfiguration.NONE
                : new RseqConfiguration(values[0], (int) values[1], (int) values[2]);
    }

    /** If it will go on inside a restartable sequence, be it by the call that ends it: the address of the abort handler; else 0. */
    long abortAddress(TargetProcess target) throws AttachException {
        return rseqConfiguration()
                .abortAddress(target, InterruptedCalls.resumed(registers()).rip());
    }

    void check(long result, String verb) throws AttachException {
        if (result == -Errno.ESRCH) {
            throw AttachException.gone(pid);
        }
        if (result < 0) {
            throw new AttachException(
                    AttachRefusal.Reason.UNEXPECTED,
                    "cannot " + verb + " of thread " + tid + ": " + Errno.describe((int) -result));
        }
    }
}
