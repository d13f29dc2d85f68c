package io.trapless.tracer.session;

import io.trapless.binary.elf.ElfException;
import io.trapless.binary.elf.ElfFile;
import io.trapless.language.syntax.ProbePattern;
import io.trapless.tracer.attach.CaughtProcess;
import io.trapless.tracer.linux.Fanotify;
import io.trapless.tracer.linux.Processes;
import io.trapless.tracer.linux.Threads;
import io.trapless.tracer.resolve.ImageFiles;
import io.trapless.tracer.resolve.Resolver;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Tells of processes that begin to execute a program, or to load a library, that a recording names. Who executes one is held until it has been dealt with, so that even a process that lives for a
 * millisecond is recorded from its start; who loads a library is not, for all that starts may need it. Only where the kernel and the user's rights allow it ({@link Fanotify}); what is not seen here is
 * found by looking.
 *
 * <p>Two threads: one takes what the kernel tells, so that the tracer itself is never held, and ends whatever hold lasts for {@link #PATIENCE_NANOS}, whatever the other is doing; the other deals with
 * one process after another.
 */
final class StartWatch {
    /** For this long a process is held at the most. */
    private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(40);

    private static final int IDLE_POLL_MILLIS = 50;
    private static final int BUSY_POLL_MILLIS = 5;

    private final Fanotify fanotify;
    private final Handler handler;
    private final BlockingQueue<Start> waiting = new LinkedBlockingQueue<>();
    private final Set<Start> held = new LinkedHashSet<>();
    private final Thread listener =
            Thread.ofPlatform().name("trapless-starts").daemon().unstarted(this::listen);
    private final Thread worker =
            Thread.ofPlatform().name("trapless-start").daemon().unstarted(this::work);
    private volatile boolean ended;

    /** Deals with a process. */
    interface Handler {
        /**
         * On the worker thread.
         *
         * @param hold in an execve; null: it has opened a library
         */
        void starts(int pid, CaughtProcess.@Nullable Hold hold) throws InterruptedException;
    }

    /** One event. */
    private final class Start implements CaughtProcess.Hold {
        private final Fanotify.Event event;
        private final long since = System.nanoTime();
        private boolean over;
        private boolean cutShort;

        Start(Fanotify.Event event) {
            this.event = event;
        }

        @Override
        public void end() {
            end(false);
        }

        synchronized void end(boolean early) {
            if (!over) {
                over = true;
                cutShort = early;
                fanotify.allow(event);
            }
        }

        @Override
        public synchronized boolean wasCutShort() {
            return cutShort;
        }

        synchronized boolean isOver() {
            return over;
        }
    }

    private StartWatch(Fanotify fanotify, Handler handler) {
        this.fanotify = fanotify;
        this.handler = handler;
    }

    /** Watches files; null if none can be. */
    static @Nullable StartWatch start(Set<Path> files, Handler handler) {
        Fanotify fanotify = files.isEmpty() ? null : Fanotify.open();
        if (fanotify == null) {
            return null;
        }
        boolean any = false;
        for (Path file : files) {
            any |= fanotify.watch(file.toString(), isProgram(file));
        }
        if (!any) {
            fanotify.close();
            return null;
        }
        // A tracer that stands still would keep everybody from executing what it watches.
        Processes.ignoreTerminalStop();
        StartWatch watch = new StartWatch(fanotify, handler);
        watch.listener.start();
        watch.worker.start();
        return watch;
    }

    /** The files that patterns mean, as this system has them. */
    static Set<Path> files(List<ProbePattern> patterns) {
        Set<Path> files = new LinkedHashSet<>();
        try (ImageFiles images = new ImageFiles()) {
            Resolver resolver = Resolver.forSystem(images, 0);
            for (ProbePattern pattern : patterns) {
                resolver.resolve(pattern)
                        .sites()
                        .forEach(site -> files.add(Path.of(site.module().path())));
            }
        }
        return files;
    }

    /** Programs are executed, libraries are opened. A library that can be executed too, as the C library, is a library. */
    private static boolean isProgram(Path path) {
        try (ElfFile file = ElfFile.open(path)) {
            return !String.valueOf(path.getFileName()).contains(".so")
                    && (file.interpreter() != null || file.entryAddress() != 0);
        } catch (ElfException e) {
            return false;
        }
    }

    private void listen() {
        while (!ended) {
            for (Fanotify.Event event : fanotify.await(held.isEmpty() ? IDLE_POLL_MILLIS : BUSY_POLL_MILLIS)) {
                Start start = new Start(event);
                if (event.pid() <= 0 || event.pid() == Processes.pid()) {
                    start.end();
                    continue;
                }
                if (event.execution()) {
                    held.add(start);
                }
                waiting.add(start);
            }
            long now = System.nanoTime();
            held.removeIf(start -> {
                if (now - start.since > PATIENCE_NANOS) {
                    start.end(true);
                }
                return start.isOver();
            });
        }
        held.forEach(start -> start.end(true));
    }

    private void work() {
        try {
            while (!ended) {
                Start start = waiting.poll(IDLE_POLL_MILLIS, TimeUnit.MILLISECONDS);
                if (start != null) {
                    handler.starts(start.event.pid(), start.event.execution() ? start : null);
                    start.end();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        waiting.forEach(Start::end);
    }

    /** Lets all go on, and ends when the process that is being dealt with is done. */
    void end() {
        ended = true;
        Threads.awaitEnd(listener);
        Threads.awaitEnd(worker);
        fanotify.close();
    }
}
