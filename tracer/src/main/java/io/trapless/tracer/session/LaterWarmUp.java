package io.trapless.tracer.session;

import io.trapless.tracer.attach.AttachException;
import io.trapless.tracer.attach.Ptracer;
import io.trapless.tracer.linux.LinuxException;
import io.trapless.tracer.linux.Threads;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Warms up the rings of running processes once their probes are armed: nobody waits for it, and a thread that is lent gets longer breaks than loans. A process that ends or can't lend a thread goes
 * without. Started and ended by one thread.
 */
final class LaterWarmUp {
    /** A loan takes two or three milliseconds: a tenth of the time of one thread at the most. */
    private static final long BREAK_MILLIS = 20;

    private final Ptracer ptracer;
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Thread thread;

    private volatile boolean hurried;

    private record Step(ProcessAttachment attachment, RingWarmUp warmUp) {}

    private LaterWarmUp(Ptracer ptracer, SessionResources session, List<Step> steps) {
        this.ptracer = ptracer;
        this.thread = Thread.ofPlatform().daemon().name("trapless-warm-up").unstarted(() -> run(session, steps));
    }

    /** @param processes running ones, whose probes are armed */
    static LaterWarmUp start(Ptracer ptracer, SessionResources session, List<TracedProcess> processes) {
        List<Step> steps = new ArrayList<>();
        for (TracedProcess process : processes) {
            for (ProcessAttachment attachment : process.attachments()) {
                RingWarmUp warmUp = attachment.warmUp(Standstill.of(process.target()));
                if (warmUp != null) {
                    steps.add(new Step(attachment, warmUp));
                }
            }
        }
        LaterWarmUp later = new LaterWarmUp(ptracer, session, steps);
        later.thread.start();
        return later;
    }

    private void run(SessionResources session, List<Step> steps) {
        try {
            session.settle(() -> ended.getCount() > 0);
            for (Step step : steps) {
                while (!ended.await(hurried ? 0 : BREAK_MILLIS, TimeUnit.MILLISECONDS) && step(step)) {
                    // the next one, after a break
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException | LinuxException e) {
            return; // whoever takes what is in it will find out
        }
    }

    private boolean step(Step step) {
        try {
            return ptracer.call(() -> {
                boolean more = tryStep(step.warmUp, hurried);
                step.attachment.noteLoan(step.warmUp.longestLoanNanos());
                return more;
            });
        } catch (AttachException e) {
            return false;
        }
    }

    /** Goes on without breaks, and with a thread lent for as long as it takes: for targets that wait for nothing else. */
    void hurry() {
        hurried = true;
    }

    private static boolean tryStep(RingWarmUp warmUp, boolean hurried) throws AttachException {
        try {
            return warmUp.step(hurried);
        } catch (IOException e) {
            return false;
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
