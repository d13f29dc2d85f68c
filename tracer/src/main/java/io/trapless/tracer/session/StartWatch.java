package io.trapless.tracer.session;

import io.trapless.binary.elf.ElfException;
import io.trapless.binary.elf.ElfFile;
import io.trapless.language.syntax.ProbePattern;
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
 * Tells of processes that begin to execute a program, or to load a library, that a recording names, and holds each until it has been dealt with: so that even one that lives for a millisecond is
 * recorded from its start. Only where the kernel and the user's rights allow it ({@link Fanotify}); what it does not see is found by looking.
 *
 * <p>Two threads: one takes what the kernel tells, so that the tracer itself is never held; the other deals with one process after another. A process that has waited for {@link #PATIENCE_NANOS} goes
 * on by itself.
 */
final class StartWatch {
    private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final int POLL_MILLIS = 50;
    private static final Held LAST = new Held(new Fanotify.Event(-1, 0, false), 0);

    private final Fanotify fanotify;
    private final Handler handler;
    private final BlockingQueue<Held> waiting = new LinkedBlockingQueue<>();
    private final Thread listener =
            Thread.ofPlatform().name("trapless-starts").daemon().unstarted(this::listen);
    private final Thread worker =
            Thread.ofPlatform().name("trapless-start").daemon().unstarted(this::work);
    private volatile boolean ended;

    /** Deals with a process that is held. */
    interface Handler {
        /**
         * On the worker thread.
         *
         * @param execution whether it executes a program; else it opens a library
         * @param allow ends the hold; must be called
         */
        void held(int pid, boolean execution, Runnable allow) throws InterruptedException;
    }

    private record Held(Fanotify.Event event, long since) {}

    private StartWatch(Fanotify fanotify, Handler handler) {
        this.fanotify = fanotify;
        this.handler = handler;
    }

    /** Watches the files that the patterns mean; null if none can be. */
    static @Nullable StartWatch start(List<ProbePattern> patterns, Handler handler) {
        Set<Path> files = files(patterns);
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
        StartWatch watch = new StartWatch(fanotify, handler);
        watch.listener.start();
        watch.worker.start();
        return watch;
    }

    private static Set<Path> files(List<ProbePattern> patterns) {
        Set<Path> files = new LinkedHashSet<>();
        try (ImageFiles images = new ImageFiles()) {
            Resolver resolver = Resolver.forSystem(images, 0);
            for (ProbePattern pattern : patterns) {
                resolver.resolve(pattern).sites().forEach(site -> files.add(Path.of(site.module().path())));
            }
        }
        return files;
    }

    /** Programs are executed, libraries are opened. A library that can be executed too, as the C library, is a library. */
    private static boolean isProgram(Path path) {
        try (ElfFile file = ElfFile.open(path)) {
            return !path.getFileName().toString().contains(".so")
                    && (file.interpreter() != null || file.entryAddress() != 0);
        } catch (ElfException e) {
            return true;
        }
    }

    private void listen() {
        while (!ended) {
            for (Fanotify.Event event : fanotify.await(POLL_MILLIS)) {
                if (event.pid() <= 0 || event.pid() == Processes.pid()) {
                    fanotify.allow(event);
                } else {
                    waiting.add(new Held(event, System.nanoTime()));
                }
            }
        }
        waiting.add(LAST);
    }

    private void work() {
        try {
            for (Held held = waiting.take(); held != LAST; held = waiting.take()) {
                Fanotify.Event event = held.event;
                if (ended || System.nanoTime() - held.since > PATIENCE_NANOS) {
                    fanotify.allow(event);
                } else {
                    handler.held(event.pid(), event.execution(), () -> fanotify.allow(event));
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Lets all go on, and ends when the process that is being dealt with is done. */
    void end() {
        ended = true;
        Threads.awaitEnd(listener);
        Threads.awaitEnd(worker);
        fanotify.close();
    }
}
