package io.trapless.tracer.session;

import io.trapless.tracer.attach.AttachException;
import io.trapless.tracer.attach.AttachRefusal.Reason;
import io.trapless.tracer.attach.StoppedThreads;
import io.trapless.tracer.attach.TargetProcess;
import java.io.IOException;
import java.time.Duration;

/**
 * Where the stopped threads come from that a step of attaching needs: a running process is stopped for each step and let go behind it; one that stands still anyway is used as it stands. On the
 * {@code Ptracer} thread only.
 */
interface Standstill {
    long NONE_PATIENT = -1;

    /** A step. */
    @FunctionalInterface
    interface Work {
        void run(StoppedThreads stopped) throws AttachException, IOException;
    }

    /**
     * Does {@code work} with a thread that can be lent for system calls.
     *
     * @return nanoseconds for which it stood still for that; 0 if it did anyway
     */
    long one(Work work) throws AttachException, IOException;

    /**
     * Does {@code work} with a thread that is none the worse for it: at work itself, or waiting for no time. Some calls can't be interrupted but by making them again, and a time-out would begin anew each time.
     *
     * @return as {@link #one}; {@link #NONE_PATIENT} if nothing was done
     */
    long patient(Work work) throws AttachException, IOException;

    /**
     * Does {@code work} while all threads stand still. Work that fails because of where a thread stands has changed nothing, and may be tried again.
     *
     * @return the longest time, in nanoseconds, for which they stood still for that; 0 if they did anyway
     */
    long all(Work work) throws AttachException, IOException, InterruptedException;

    /** A running process. */
    static Standstill of(TargetProcess target) {
        return new Running(target);
    }

    /** All threads of a process that stand still, and go on doing so. */
    static Standstill of(StoppedThreads stopped) {
        return new Standing(stopped);
    }

    /** Stops for each step. */
    record Running(TargetProcess target) implements Standstill {
        /** How often a stop is tried when a thread stands where it can't be moved from; each time it gets a moment to leave. */
        private static final int ATTEMPTS = 50;

        private static final Duration ATTEMPT_PAUSE = Duration.ofMillis(2);

        @Override
        public long one(Work work) throws AttachException, IOException {
            try (StoppedThreads stopped = target.stopOne()) {
                return lend(stopped, work);
            } catch (AttachException e) {
                if (e.reason() != Reason.NO_SUITABLE_THREAD) {
                    throw e;
                }
            }
            // What lies below the stack pointer of each may be in use by others, as with goroutines: then it may be
            // borrowed only while nobody runs.
            try (StoppedThreads stopped = target.stopAll()) {
                return lend(stopped, work);
            }
        }

        @Override
        public long patient(Work work) throws AttachException, IOException {
            StoppedThreads stopped = target.stopPatient();
            if (stopped == null) {
                return NONE_PATIENT;
            }
            try (stopped) {
                return lend(stopped, work);
            }
        }

        private static long lend(StoppedThreads stopped, Work work) throws AttachException, IOException {
            long begin = System.nanoTime();
            work.run(stopped);
            return System.nanoTime() - begin;
        }

        @Override
        public long all(Work work) throws AttachException, IOException, InterruptedException {
            long longest = 0;
            for (int attempt = 1; ; attempt++) {
                target.mappings(); // what is parsed now need not be while they stand still
                StoppedThreads stopped = target.stopAll();
                boolean done = tryOnce(stopped, work, attempt == ATTEMPTS);
                longest = Math.max(longest, System.nanoTime() - stopped.since());
                if (done) {
                    return longest;
                }
                Thread.sleep(ATTEMPT_PAUSE);
            }
        }

        /** Lets them go behind it. False if a thread is in the way and it is not the last attempt. */
        private static boolean tryOnce(StoppedThreads stopped, Work work, boolean last)
                throws AttachException, IOException {
            try (stopped) {
                work.run(stopped);
                return true;
            } catch (AttachException e) {
                if (e.reason() != Reason.THREAD_IN_THE_WAY || last) {
                    throw e;
                }
                return false;
            }
        }
    }

    /** Uses what stands still already. */
    record Standing(StoppedThreads stopped) implements Standstill {
        @Override
        public long one(Work work) throws AttachException, IOException {
            work.run(stopped);
            return 0;
        }

        @Override
        public long patient(Work work) throws AttachException, IOException {
            return one(work);
        }

        @Override
        public long all(Work work) throws AttachException, IOException {
            stopped.forgetInterrupted(); // one of them may have been lent since
            work.run(stopped);
            return 0;
        }
    }
}
