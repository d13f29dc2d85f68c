package io.trapless.tracer.attach;

import io.trapless.tracer.attach.AttachRefusal.Reason;
import io.trapless.tracer.linux.RseqArea;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * Where a thread's restartable-sequence area and its thread id stand, relative to the thread pointer ({@code fs}): the same for all threads of a process.
 *
 * @param rseqOffset bytes from the thread pointer to {@code struct rseq}; {@link #NONE} if no thread has registered one
 * @param rseqSignature the signature it was registered with
 * @param tidOffset bytes from the thread pointer to a 32-bit word that holds the thread id; {@link #NONE} if there is none
 * @param unregistered how many of the threads have no rseq registration (yet)
 */
public record ThreadLayout(long rseqOffset, int rseqSignature, long tidOffset, int unregistered) {
    /** No such place. */
    public static final long NONE = Long.MIN_VALUE;

    /** Bytes looked through for the thread id: a thread control block is smaller. */
    private static final int CONTROL_BLOCK_SIZE = 2048;

    /** Where glibc and musl keep it at present. Only preferred, never assumed: with one thread alone another word might look like an id. */
    private static final int[] USUAL_TID_OFFSETS = {0x2d0, 0x38, 0x30};

    public boolean hasRseq() {
        return rseqOffset != NONE;
    }

    public boolean hasTid() {
        return tidOffset != NONE;
    }

    /**
     * Looks at every stopped thread.
     *
     * @throws AttachException if two threads disagree about rseq
     */
    public static ThreadLayout discover(StoppedThreads stopped) throws AttachException {
        long offset = NONE;
        int signature = 0;
        int unregistered = 0;
        for (StoppedThread thread : stopped.threads()) {
            RseqConfiguration configuration = thread.rseqConfiguration();
            if (!configuration.registered()) {
                unregistered++;
                continue;
            }
            long itsOffset = configuration.address() - thread.registers().fsBase();
            if (offset != NONE && (itsOffset != offset || configuration.signature() != signature)) {
                throw new AttachException(
                        Reason.UNEXPECTED,
                        "the threads of process " + stopped.target().pid() + " registered rseq in different ways");
            }
            offset = itsOffset;
            signature = configuration.signature();
        }
        return new ThreadLayout(offset, signature, findTid(stopped), unregistered);
    }

    /**
     * Stores that there is no CPU into the areas of threads that have not registered theirs yet: such an area says CPU 0, as fresh memory does, or where the stack's last owner was. Nothing is stored where the control block is not glibc's.
     */
    public void markUnregistered(StoppedThreads stopped) throws AttachException {
        if (!hasRseq()) {
            return;
        }
        TargetProcess target = stopped.target();
        byte[] word = new byte[Long.BYTES];
        for (StoppedThread thread : stopped.threads()) {
            if (thread.rseqConfiguration().registered()) {
                continue;
            }
            long base = baseOf(thread);
            long cpu = base + rseqOffset + RseqArea.CPU_ID;
            boolean ofGlibc = base != 0
                    && target.tryReadMemory(base + RseqArea.TCB_SELF, word, 0, Long.BYTES) == Long.BYTES
                    && Bytes.getLong(word, 0) == base;
            if (ofGlibc
                    && target.tryReadMemory(cpu, word, 0, Integer.BYTES) == Integer.BYTES
                    && Bytes.getInt(word, 0) >= 0) {
                target.writeMemory(
                        cpu,
                        ByteBuffer.allocate(Integer.BYTES)
                                .order(ByteOrder.LITTLE_ENDIAN)
                                .putInt(RseqArea.NO_CPU)
                                .array());
            }
        }
    }

    /** The one place where every thread that has a thread pointer keeps its own id, as its own pid namespace counts it. */
    private static long findTid(StoppedThreads stopped) {
        TargetProcess target = stopped.target();
        List<StoppedThread> threads = stopped.threads();
        boolean[] candidate = new boolean[CONTROL_BLOCK_SIZE / 4];
        byte[] block = new byte[CONTROL_BLOCK_SIZE];
        boolean first = true;
        for (int i = 0; i < threads.size(); i++) {
            long base = baseOf(threads.get(i));
            if (base == 0) {
                return NONE;
            }
            int size = target.tryReadMemory(base, block, 0, CONTROL_BLOCK_SIZE);
            int tid = target.namespaceTid(threads.get(i).tid());
            for (int word = 0; word < candidate.length; word++) {
                boolean matches = 4 * word + 4 <= size && Bytes.getInt(block, 4 * word) == tid;
                candidate[word] = matches && (first || candidate[word]);
            }
            first = false;
        }
        return choose(candidate);
    }

    private static long baseOf(StoppedThread thread) {
        try {
            return thread.registers().fsBase();
        } catch (AttachException gone) {
            return 0;
        }
    }

    private static long choose(boolean[] candidate) {
        for (int usual : USUAL_TID_OFFSETS) {
            if (candidate[usual / 4]) {
                return usual;
            }
        }
        for (int word = 0; word < candidate.length; word++) {
            if (candidate[word]) {
                return 4L * word;
            }
        }
        return NONE;
    }
}
