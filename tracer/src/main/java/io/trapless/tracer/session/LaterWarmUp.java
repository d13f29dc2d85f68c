package io.trapless.tracer.session;

import io.trapless.tracer.attach.AttachException;
import io.trapless.tracer.attach.Ptracer;
import io.trapless.tracer.linux.LinuxException;
import io.trapless.tracer.linux.Threads;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Warms up the rings of running processes once their probes are armed: nobody waits for it, and a thread that is lent gets longer breaks than loans. A process whose threads all wait for a time is looked at again, less and less often; one that ends or can't
 * lend a thread goes without. Started and ended by one thread.
 */
final class LaterWarmUp {
    /** A loan takes two or three milliseconds: a tenth of the time of one thread at the most. */
    private static final long BREAK_MILLIS = 20;

    /** Where nobody can be lent: a look takes some milliseconds, and who never works fills no rings. */
    private static final long LONGEST_BREAK_MILLIS = 5000;

    private final Ptracer ptracer;
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Thread thread;

    private volatile boolean hurried;

    private record Work(ProcessAttachment attachment, RingWarmUp warmUp) {}

    private LaterWarmUp(Ptracer ptracer, SessionResources session, List<Work> works) {
        this.ptracer = ptracer;
        this.thread = Thread.ofPlatform().daemon().name("trapless-warm-up").unstarted(() -> run(session, works));
    }

    /** @param processes running ones, whose probes are armed */
    static LaterWarmUp start(Ptracer ptracer, SessionResources session, List<TracedProcess> processes) {
        List<Work> works = new ArrayList<>();
        for (TracedProcess process : processes) {
            for (ProcessAttachment attachment : process.attachments()) {
                RingWarmUp warmUp = attachment.warmUp(Standstill.of(process.target()));
                if (warmUp != null) {
                    works.add(new Work(attachment, warmUp));
                }
            }
        }
        LaterWarmUp later = new LaterWarmUp(ptracer, session, works);
        later.thread.start();
        return later;
    }

    private void run(SessionResources session, List<Work> works) {
        try {
            session.settle(() -> ended.getCount() > 0);
            Deque<Work> left = new ArrayDeque<>(works);
            long breakMillis = BREAK_MILLIS;
            while (!left.isEmpty() && !ended.await(hurried ? 0 : breakMillis, TimeUnit.MILLISECONDS)) {
                Work work = left.removeFirst();
                switch (step(work)) {
                    case MORE_TO_DO -> {
                        left.addFirst(work);
                        breakMillis = BREAK_MILLIS;
                    }
                    case NONE_PATIENT -> {
                        left.addLast(work);
                        breakMillis = Math.min(2 * breakMillis, LONGEST_BREAK_MILLIS);
                    }
                    case OVER -> breakMillis = BREAK_MILLIS;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException | LinuxException e) {
            return; // whoever takes what is in it will find out
        }
    }

    private RingWarmUp.Step step(Work work) {
        try {
            return ptracer.call(() -> {
                RingWarmUp.Step outcome = tryStep(work.warmUp, hurried);
                work.attachment.noteLoan(work.warmUp.longestLoanNanos());
                return outcome;
            });
        } catch (AttachException e) {
            return RingWarmUp.Step.OVER;
        }
    }

    /** Goes on without breaks, and with a thread lent for as long as it takes: for targets that wait for nothing else. */
    void hurry() {
        hurried = true;
    }

    private static RingWarmUp.Step tryStep(RingWarmUp warmUp, boolean hurried) throws AttachException {
        try {
            return warmUp.step(hurried);
        } catch (IOException e) {
            return RingWarmUp.Step.OVER;
        }
    }

    /** Whether all is done, or given up. */
    boolean isOver() {
        return !thread.isAlive();
    }

    /** Ends it behind the loan that is under way. */
    void end() {
        ended.countDown();
        Threads.awaitEnd(thread);
    }
}
