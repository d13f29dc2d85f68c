package io.trapless.tracer.session;

import io.trapless.tracer.attach.AttachException;
import io.trapless.tracer.attach.AttachRefusal.Reason;
import io.trapless.tracer.attach.Ptracer;
import io.trapless.tracer.attach.TargetProcess;
import io.trapless.tracer.linux.Descriptors;
import io.trapless.tracer.linux.LinuxException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Finds every process that maps what a recording names, now and while it records. A thread of its own looks each {@link #PERIOD_NANOS} whether the kernel has given out a process id since, which
 * costs one small read, and only then into /proc. A young process is looked at several times, for it maps its libraries one after another; an old one now and then, for it may execute another
 * program or load a library.
 *
 * <p>What may not be traced is passed over; a notice tells how many there were that would have been recorded.
 */
final class ProcessFinder {
    private static final long PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    /** Ages, since it was first seen, at which a process is looked at. */
    private static final long[] LOOK_NANOS = {
        0,
        TimeUnit.MILLISECONDS.toNanos(15),
        TimeUnit.MILLISECONDS.toNanos(35),
        TimeUnit.MILLISECONDS.toNanos(100),
        TimeUnit.MILLISECONDS.toNanos(400),
        TimeUnit.MILLISECONDS.toNanos(1500)
    };

    private static final long SELDOM_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final Ptracer ptracer;
    private final TracedProcesses processes;
    private final SiteBinder binder;
    private final Attacher attacher;
    private final ProcessChoice choice;
    private final Consumer<String> notices;
    private final Map<Integer, Seen> seen = new HashMap<>();
    private final Set<String> forbidden = new HashSet<>();
    private final Thread thread =
            Thread.ofPlatform().name("trapless-finder").daemon().unstarted(this::run);

    private int[] pids = new int[1024];
    private String lastId = "";
    private volatile boolean ended;

    /** A process that is not recorded (yet). */
    private static final class Seen {
        final long since;
        int looks;
        long next;

        Seen(long now) {
            since = now;
            next = now;
        }

        void looked(long now) {
            looks++;
            next = looks < LOOK_NANOS.length ? since + LOOK_NANOS[looks] : now + SELDOM_NANOS;
        }
    }

    ProcessFinder(
            Ptracer ptracer,
            TracedProcesses processes,
            SiteBinder binder,
            Attacher attacher,
            ProcessChoice choice,
            Consumer<String> notices) {
        this.ptracer = ptracer;
        this.processes = processes;
        this.binder = binder;
        this.attacher = attacher;
        this.choice = choice;
        this.notices = notices;
    }

    /** Looks at all processes once, and then goes on looking until {@link #end}. */
    void start() throws InterruptedException {
        look();
        thread.start();
    }

    void end() throws InterruptedException {
        ended = true;
        if (thread.isAlive()) {
            thread.interrupt();
            thread.join();
        }
        if (!forbidden.isEmpty()) {
            notices.accept(
                    forbidden.size() + " processes may not be traced, so that it is not known whether they run what"
                            + " was to be recorded; as root more may be");
        }
    }

    private void run() {
        try {
            while (!ended) {
                TimeUnit.NANOSECONDS.sleep(PERIOD_NANOS);
                look();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // that is how it is ended
        }
    }

    private void look() throws InterruptedException {
        forgetEnded();
        String id = lastProcessId();
        if (!id.equals(lastId)) {
            lastId = id;
            list();
        }
        long now = System.nanoTime();
        for (Map.Entry<Integer, Seen> entry : Map.copyOf(seen).entrySet()) {
            if (entry.getValue().next - now <= 0) {
                if (ended) {
                    return;
                }
                examine(entry.getKey(), entry.getValue());
            }
        }
    }

    /** The id that was given out last, of a process or thread (proc_loadavg(5)). */
    private static String lastProcessId() {
        String load = Descriptors.readText("/proc/loadavg");
        return load.substring(load.lastIndexOf(' ') + 1);
    }

    /** A process that has ended, or become another program, may come again. */
    private void forgetEnded() {
        for (TracedProcess process : processes.present()) {
            if (!process.isAlive()) {
                process.replaced();
                processes.remove(process.pid());
                seen.put(process.pid(), new Seen(System.nanoTime()));
            }
        }
    }

    private void list() {
        int directory = (int) Descriptors.open("/proc", Descriptors.O_DIRECTORY | Descriptors.O_CLOEXEC);
        if (directory < 0) {
            return;
        }
        int count = Descriptors.listNumbers(directory, pids);
        Descriptors.close(directory);
        if (count > pids.length) {
            pids = new int[count + 1024];
            list();
            return;
        }
        int[] present = Arrays.copyOf(pids, Math.max(count, 0));
        Arrays.sort(present);
        seen.keySet().removeIf(pid -> Arrays.binarySearch(present, pid) < 0);
        long now = System.nanoTime();
        for (int pid : present) {
            if (processes.present(pid) == null) {
                seen.computeIfAbsent(pid, _ -> new Seen(now));
            }
        }
    }

    private void examine(int pid, Seen process) throws InterruptedException {
        process.looked(System.nanoTime());
        if (!choice.mayBe(pid)) {
            return;
        }
        try {
            Attacher.onPtracer(ptracer, () -> record(pid));
        } catch (AttachException e) {
            note(pid, e);
        } catch (RecordingException e) {
            notices.accept(e.sentence());
        } catch (IOException e) {
            notices.accept(Sentences.of(e));
        }
    }

    private void note(int pid, AttachException refused) {
        Reason reason = refused.reason();
        boolean uninteresting = reason == Reason.TARGET_GONE
                || reason == Reason.NO_SUCH_PROCESS
                || reason == Reason.SELF
                || reason == Reason.KERNEL_THREAD
                || reason == Reason.ZOMBIE
                || reason == Reason.THIRTY_TWO_BIT
                || reason == Reason.FOREIGN_ARCHITECTURE
                || reason == Reason.CHILD_OF_THIS_JVM;
        if (reason == Reason.NO_PERMISSION || reason == Reason.ALREADY_TRACED || reason == Reason.SECCOMP_FILTER) {
            forbidden.add(Integer.toString(pid));
        } else if (!uninteresting) {
            notices.accept(refused.refusal().sentence());
        }
    }

    /** On the ptrace thread. */
    private void record(int pid) throws AttachException, RecordingException, IOException, InterruptedException {
        TargetProcess target = TargetProcess.open(pid);
        TracedProcess process = null;
        try {
            BoundTarget bound = binder.bind(target);
            if (bound.sites().isEmpty()) {
                return;
            }
            attacher.session().extend(List.of(bound));
            process = new TracedProcess(target, TracedProcess.Origin.ATTACHED, 0);
            processes.add(process);
            seen.remove(pid);
            attacher.attach(process, bound, Standstill.of(target));
        } finally {
            if (process == null) {
                target.close();
            }
        }
    }

    /** Which processes may be meant at all. */
    record ProcessChoice(List<String> comms, @Nullable Path executable) {
        boolean mayBe(int pid) {
            if (!comms.isEmpty() && !comms.contains(comm(pid))) {
                return false;
            }
            try {
                return executable == null || Files.isSameFile(executable, Path.of("/proc/" + pid + "/exe"));
            } catch (IOException e) {
                return false; // it has ended, or may not be looked at
            }
        }

        private static String comm(int pid) {
            try {
                return Descriptors.readText("/proc/" + pid + "/comm").strip();
            } catch (LinuxException e) {
                return "";
            }
        }
    }
}
