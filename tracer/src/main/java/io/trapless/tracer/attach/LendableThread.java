package io.trapless.tracer.attach;

import io.trapless.tracer.attach.AttachRefusal.Reason;
import io.trapless.tracer.linux.Descriptors;
import io.trapless.tracer.linux.LinuxException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which thread to lend for remote system calls. Its stack below the red zone takes a signal frame, so it must be a stack in its own right (the main thread's, or one with a guard
 * below it) and not a coroutine's piece of somebody else's memory; and should the tracer die, the thread comes back through a signal return, which some system calls survive better than others.
 */
final class LendableThread {
    /** Rounds of looking for a thread; later ones are content with less. */
    static final int ROUNDS = 40;

    static final int PATIENT_ROUND = 2;

    /** {@link #rank} of a thread that cannot be lent. */
    static final int UNFIT = 100;

    /** Bytes that must be mapped below the stack pointer, and that one would like to see there. */
    private static final long LEAST_ROOM = 24 * 1024;

    private static final long GOOD_ROOM = 64 * 1024;

    private static final int SMALL_STACK = 1;
    private static final int IN_SYSTEM_CALL = 1;
    private static final int IN_RSEQ = 4;
    private static final int RESTART_BLOCK = 8;
    private static final int FOREIGN_STACK = 32;

    /** System calls with a relative time-out that restart_syscall(2) continues: poll, nanosleep, futex, clock_nanosleep. */
    private static final long[] TIMED_CALLS = {7, 35, 202, 230};

    private static final int READ = 0;
    private static final int PAUSE = 34;
    private static final int WAIT4 = 61;
    private static final int FUTEX = 202;
    private static final int EPOLL_WAIT = 232;
    private static final int EPOLL_PWAIT = 281;

    private LendableThread() {}

    static AttachException none(TargetProcess target) {
        return target.refusal(
                Reason.NO_SUITABLE_THREAD,
                "no thread of process " + target.pid()
                        + " could be lent for a remote call (each one runs on a small or foreign stack); try again");
    }

    /** The worst rank a round of {@link ThreadStopper#stopOne} is content with. */
    static int worstRank(int round) {
        return switch (round) {
            case 0 -> 3;
            case 1 -> IN_RSEQ + 3;
            default -> RESTART_BLOCK + IN_RSEQ + 3;
        };
    }

    /** The stopped thread with the best rank. */
    static StoppedThread best(StoppedThreads stopped, List<MemoryMapping> mappings) throws AttachException {
        StoppedThread best = null;
        int bestRank = UNFIT;
        for (StoppedThread thread : stopped.threads()) {
            int rank = rank(stopped, thread, mappings);
            if (rank < bestRank) {
                best = thread;
                bestRank = rank;
            }
            if (rank == 0) {
                break;
            }
        }
        if (best == null) {
            throw none(stopped.target());
        }
        return best;
    }

    /** 0 is best, {@link #UNFIT} cannot be lent. */
    static int rank(StoppedThreads stopped, StoppedThread thread, List<MemoryMapping> mappings) throws AttachException {
        Registers registers = thread.registers();
        if (registers.get(Registers.CS) != Registers.USER_CS) {
            return UNFIT;
        }
        int rank = stackRank(mappings, registers.rsp());
        if (rank >= FOREIGN_STACK && (rank == UNFIT || !stopped.complete())) {
            return UNFIT;
        }
        if (registers.willRestartByBlock()) {
            rank += RESTART_BLOCK;
        } else if (registers.systemCall() >= 0) {
            rank += IN_SYSTEM_CALL;
        }
        return thread.abortAddress(stopped.target()) != 0 ? rank + IN_RSEQ : rank;
    }

    private static int stackRank(List<MemoryMapping> mappings, long rsp) {
        for (int i = 0; i < mappings.size(); i++) {
            MemoryMapping mapping = mappings.get(i);
            if (mapping.contains(rsp)) {
                long room = rsp - mapping.start();
                if (!mapping.writable() || mapping.shared() || room < LEAST_ROOM) {
                    return UNFIT;
                }
                MemoryMapping below = i > 0 ? mappings.get(i - 1) : null;
                boolean guarded = below != null && below.end() == mapping.start() && below.isInaccessible();
                int size = room < GOOD_ROOM ? SMALL_STACK : 0;
                return mapping.path().equals("[stack]") || guarded ? size : FOREIGN_STACK + size;
            }
        }
        return UNFIT;
    }

    /** Whether a stopped thread can be lent, and is none the worse for it: it was at work, or waits for no time, and its call is taken up again. */
    static boolean isPatient(StoppedThreads stopped, StoppedThread thread, List<MemoryMapping> mappings)
            throws AttachException {
        Registers registers = thread.registers();
        long call = registers.systemCall();
        boolean endless = isEpollWait(call) && (int) registers.get(Registers.R10) == -1;
        boolean patient = call < 0 || endless || (registers.willRestart() && !registers.willRestartByBlock());
        return patient && rank(stopped, thread, mappings) <= worstRank(0);
    }

    /** Ids of threads that a stop would not make wait longer than they do anyway, those at work first; nobody is stopped for it. */
    static List<Integer> patient(TargetProcess target) {
        List<Integer> working = new ArrayList<>();
        List<Integer> waiting = new ArrayList<>();
        for (int tid : target.threadIds()) {
            String line = readSyscall(target.pid(), tid);
            if ("running".equals(line)) {
                working.add(tid);
            } else if (line != null && waitsForNoTime(target, line)) {
                waiting.add(tid);
            }
        }
        working.addAll(waiting);
        return working;
    }

    /** Of calls that are known to wait without an end, or with one that their arguments tell. A socket may have a time-out of its own. */
    private static boolean waitsForNoTime(TargetProcess target, String line) {
        String[] words = line.split(" ", -1);
        if (words.length < 7) {
            return false;
        }
        long number = Long.parseLong(words[0]);
        if (number == READ) {
            return !target.isSocket((int) argument(words, 0));
        }
        return number == WAIT4
                || number == PAUSE
                || (number == FUTEX && argument(words, 3) == 0)
                || (isEpollWait(number) && (int) argument(words, 3) == -1);
    }

    private static long argument(String[] words, int index) {
        return hexadecimal(words[1 + index]);
    }

    /** "0x...", unsigned. */
    private static long hexadecimal(String word) {
        return Long.parseUnsignedLong(word, 2, word.length(), 16);
    }

    private static boolean isEpollWait(long number) {
        return number == EPOLL_WAIT || number == EPOLL_PWAIT;
    }

    private record Candidate(int tid, int rank) {}

    /** Thread ids, the likeliest to be fit first, from /proc/PID/task/TID/syscall: nobody is stopped for it. */
    static List<Integer> promising(TargetProcess target, List<MemoryMapping> mappings, int round) {
        List<Candidate> candidates = new ArrayList<>();
        for (int tid : target.threadIds()) {
            int rank = guess(readSyscall(target.pid(), tid), mappings);
            if (rank <= worstRank(round)) {
                candidates.add(new Candidate(tid, rank));
            }
        }
        candidates.sort(Comparator.comparingInt(Candidate::rank));
        List<Integer> tids = new ArrayList<>();
        for (Candidate candidate : candidates) {
            tids.add(candidate.tid());
        }
        return tids;
    }

    private static @Nullable String readSyscall(int pid, int tid) {
        try {
            return Descriptors.readText("/proc/" + pid + "/task/" + tid + "/syscall")
                    .strip();
        } catch (LinuxException goneOrNotTold) {
            return null;
        }
    }

    /** "running", or "NUMBER ARGUMENT... SP PC", or "-1 SP PC". */
    private static int guess(@Nullable String line, List<MemoryMapping> mappings) {
        if (line == null || line.equals("running")) {
            return IN_SYSTEM_CALL;
        }
        String[] words = line.split(" ", -1);
        if (words.length < 3) {
            return IN_SYSTEM_CALL;
        }
        int rank = stackRank(mappings, hexadecimal(words[words.length - 2]));
        long number = Long.parseLong(words[0]);
        for (long timed : TIMED_CALLS) {
            if (timed == number) {
                return rank + RESTART_BLOCK;
            }
        }
        return rank + (number >= 0 ? IN_SYSTEM_CALL : 0);
    }
}
