package io.trapless.tracer.session;

import io.trapless.language.syntax.ProbePattern;
import io.trapless.tracer.attach.AttachException;
import io.trapless.tracer.attach.AttachRefusal.Reason;
import io.trapless.tracer.attach.CaughtProcess;
import io.trapless.tracer.attach.Ptracer;
import io.trapless.tracer.attach.StoppedThreads;
import io.trapless.tracer.attach.TargetProcess;
import io.trapless.tracer.linux.Descriptors;
import io.trapless.tracer.linux.Inotify;
import io.trapless.tracer.linux.LinuxException;
import io.trapless.tracer.resolve.MapsFilter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Finds every process that maps what a recording names, now and while it records. Where {@link StartWatch} may not tell of them, a thread of its own looks each {@link #PERIOD_MILLIS} whether the kernel has given out a process id since,
 * which costs one small read, and only then into /proc. A young process is looked at several times, for it maps its libraries one after another; an old one now and then, for it may execute another program or load a library. As soon
 * as somebody has opened a file that is meant, it looks at young ones again and again for {@link #HURRY_NANOS}, and then at all.
 *
 * <p>What may not be traced is passed over; a notice tells how many there were that would have been recorded.
 */
final class ProcessFinder {
    private static final int PERIOD_MILLIS = 20;

    /** From the opening of a program to its code in memory, on a busy machine. */
    private static final long HURRY_NANOS = TimeUnit.MILLISECONDS.toNanos(12);

    private static final long YOUNG_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** Between looks at all processes for the sake of one that was opened. */
    private static final long REST_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    /** So many times what a look took passes before the next one in a hurry. */
    private static final int LEISURE = 4;

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

    /** So often it is tried to record a process that could not be, for a reason that may pass: a thread stood in the way, or did not stop in time. */
    private static final int MOST_FAILURES = 10;

    private final Ptracer ptracer;
    private final TracedProcesses processes;
    private final SiteBinder binder;
    private final Attacher attacher;
    private final ProcessChoice choice;
    private final MapsFilter filter;
    private final Consumer<String> notices;
    private final List<ProbePattern> patterns;
    private final Map<Integer, Seen> seen = new ConcurrentHashMap<>();
    private final Set<String> forbidden = ConcurrentHashMap.newKeySet();
    private final Set<String> told = ConcurrentHashMap.newKeySet();
    private final Queue<Integer> again = new ConcurrentLinkedQueue<>();
    private final Thread thread =
            Thread.ofPlatform().name("trapless-finder").daemon().unstarted(this::run);

    private int[] pids = new int[1024];
    private String lastId = "";
    private long soonest = System.nanoTime();
    private @Nullable StartWatch starts;
    private @Nullable Inotify opens;

    /** The last opening of a file that is meant; a long time ago at first. */
    private long opened = System.nanoTime() - SELDOM_NANOS;

    private long lastHurry = opened;
    private boolean hurried;
    private @Nullable TracedProcess arming;
    private volatile boolean ended;

    /** A process that is not recorded (yet). */
    private static final class Seen {
        final long since;
        int looks;
        int failures;
        long next;
        int code;

        Seen(long now) {
            since = now;
            next = now;
        }

        /** The next look is at the first age that is still to come. */
        void looked(long now) {
            looks++;
            next = now + SELDOM_NANOS;
            for (int i = LOOK_NANOS.length - 1; i >= 0 && since + LOOK_NANOS[i] - now > 0; i--) {
                next = since + LOOK_NANOS[i];
            }
        }

        /** What it maps is new again, unless that has been to no avail too often. */
        void failed(long now) {
            if (++failures <= MOST_FAILURES) {
                code = 0;
                next = now + LOOK_NANOS[Math.min(failures, LOOK_NANOS.length - 1)];
            }
        }
    }

    ProcessFinder(
            Ptracer ptracer,
            TracedProcesses processes,
            SiteBinder binder,
            Attacher attacher,
            ProcessChoice choice,
            List<ProbePattern> patterns,
            Consumer<String> notices) {
        this.ptracer = ptracer;
        this.processes = processes;
        this.binder = binder;
        this.attacher = attacher;
        this.choice = choice;
        this.patterns = patterns;
        this.filter = new MapsFilter(patterns.stream().map(ProbePattern::module).toList());
        this.notices = notices;
    }

    /** Looks at all processes once, and then goes on looking until {@link #end}. */
    void start() throws InterruptedException {
        Set<Path> files = StartWatch.files(patterns);
        starts = StartWatch.start(files, this::starts);
        opens = starts == null ? watch(files) : null;
        look();
        thread.start();
    }

    private static @Nullable Inotify watch(Set<Path> files) {
        Inotify inotify = files.isEmpty() ? null : Inotify.open();
        if (inotify != null) {
            files.forEach(file -> inotify.watch(file.toString()));
        }
        return inotify;
    }

    void end() throws InterruptedException {
        ended = true;
        if (starts != null) {
            starts.end();
        }
        if (thread.isAlive()) {
            thread.interrupt();
            thread.join();
        }
        if (opens != null) {
            opens.close();
        }
        if (!forbidden.isEmpty()) {
            boolean one = forbidden.size() == 1;
            notices.accept((one ? "1 process" : forbidden.size() + " processes")
                    + " may not be traced, so that it is not known whether " + (one ? "it runs" : "they run")
                    + " what was to be recorded; as root more may be");
        }
    }

    private void run() {
        try {
            long took = 0;
            while (!ended) {
                pause(took);
                long before = System.nanoTime();
                hurry(before);
                look();
                took = System.nanoTime() - before;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // that is how it is ended
        }
    }

    private boolean isInHurry(long now) {
        return now - opened < HURRY_NANOS;
    }

    private void pause(long took) throws InterruptedException {
        Inotify files = opens;
        if (isInHurry(System.nanoTime())) {
            TimeUnit.NANOSECONDS.sleep(Math.max(TimeUnit.MILLISECONDS.toNanos(1), LEISURE * took));
        } else if (files == null) {
            TimeUnit.MILLISECONDS.sleep(PERIOD_MILLIS);
        }
        if (files != null && files.await(isInHurry(System.nanoTime()) ? 0 : PERIOD_MILLIS)) {
            opened = System.nanoTime();
        }
    }

    /** Who has opened the file is most likely new; if not, it has its turn when there has been time to map it. */
    private void hurry(long now) {
        boolean last = hurried && !isInHurry(now);
        hurried = isInHurry(now);
        boolean all = last && now - lastHurry > REST_NANOS;
        if (all) {
            lastHurry = now;
        }
        for (Seen process : seen.values()) {
            if (all || (hurried && now - process.since < YOUNG_NANOS)) {
                process.next = now;
                soonest = now;
            }
        }
    }

    private void look() throws InterruptedException {
        forgetEnded();
        lookAgain();
        String id = lastProcessId();
        if (!id.equals(lastId)) {
            lastId = id;
            list();
        }
        if (soonest - System.nanoTime() <= 0) {
            examineDue(System.nanoTime());
        }
    }

    private void examineDue(long now) throws InterruptedException {
        soonest = now + SELDOM_NANOS;
        for (Map.Entry<Integer, Seen> entry : Map.copyOf(seen).entrySet()) {
            Seen process = entry.getValue();
            if (process.next - now <= 0) {
                if (ended) {
                    return;
                }
                examine(entry.getKey(), process);
            }
            soonest = process.next - soonest < 0 ? process.next : soonest;
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
            if (!process.target().sameImage()) {
                process.replaced();
                processes.remove(process.pid());
                seen.put(process.pid(), newlySeen());
            }
        }
    }

    /** What could not be recorded is looked at again. */
    private void lookAgain() {
        for (Integer pid = again.poll(); pid != null; pid = again.poll()) {
            Seen process = seen.computeIfAbsent(pid, _ -> newlySeen());
            process.failed(System.nanoTime());
            soonest = process.next - soonest < 0 ? process.next : soonest;
        }
    }

    private Seen newlySeen() {
        soonest = System.nanoTime();
        return new Seen(soonest);
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
        for (int pid : present) {
            if (processes.present(pid) == null) {
                seen.computeIfAbsent(pid, _ -> newlySeen());
            }
        }
    }

    private void examine(int pid, Seen process) throws InterruptedException {
        process.looked(System.nanoTime());
        if (!choice.mayBe(pid) || !hasNewCode(pid, process)) {
            return;
        }
        attempt(pid, () -> record(pid));
    }

    /** A process is about to load what is meant: it is brought to where that is loaded, and armed before it does anything with it. */
    private void starts(int pid, CaughtProcess.@Nullable Hold hold) throws InterruptedException {
        attempt(pid, () -> {
            CaughtProcess caught = CaughtProcess.take(pid, hold);
            if (caught == null) {
                return;
            }
            try (StoppedThreads stopped = caught.stopped()) {
                if (choice.mayBe(pid)) {
                    record(caught.target(), TracedProcess.Origin.EXECUTED, Standstill.of(stopped));
                }
            } finally {
                closeUnlessRecorded(caught.target());
            }
        });
    }

    private void attempt(int pid, Attacher.Step step) throws InterruptedException {
        try {
            Attacher.onPtracer(ptracer, () -> {
                try {
                    step.run();
                } finally {
                    takeBack();
                }
            });
        } catch (AttachException e) {
            note(pid, e);
        } catch (RecordingException e) {
            tell(e.sentence());
        } catch (IOException e) {
            tell(Sentences.of(e));
        } catch (LinuxException e) {
            again.add(pid); // it has ended, most likely
        }
    }

    private void tell(String sentence) {
        if (told.add(sentence)) {
            notices.accept(sentence);
        }
    }

    /** What could be armed in part only is taken out of the process again: it is as if it had not been seen. On the ptrace thread. */
    private void takeBack() throws InterruptedException {
        TracedProcess failed = arming;
        if (failed == null) {
            return;
        }
        arming = null;
        SessionRelease release = new SessionRelease(ptracer, attacher.session().rings());
        release.release(failed.target(), failed);
        release.notices().forEach(this::tell);
        processes.retract(failed);
        failed.target().close();
    }

    /** Whether it has mapped code since it was looked at last that may be meant; never true for a kernel thread. */
    private boolean hasNewCode(int pid, Seen process) {
        String maps;
        try {
            maps = Descriptors.readText("/proc/" + pid + "/maps");
        } catch (LinuxException e) {
            return process.looks == 1; // it may not be looked at, which is to be told once
        }
        if (!filter.mayMap(maps)) {
            return false;
        }
        int code = maps.lines()
                .filter(line -> line.indexOf('/') > 0 && line.indexOf('x') == line.indexOf(' ') + 3)
                .mapToInt(String::hashCode)
                .reduce(0, (a, b) -> 31 * a + b);
        boolean changed = code != process.code;
        process.code = code;
        return changed;
    }

    private void note(int pid, AttachException refused) {
        Reason reason = refused.reason();
        boolean silent = switch (reason) {
            case TARGET_GONE,
                    NO_SUCH_PROCESS,
                    SELF,
                    KERNEL_THREAD,
                    ZOMBIE,
                    THIRTY_TWO_BIT,
                    FOREIGN_ARCHITECTURE,
                    CHILD_OF_THIS_JVM -> true;
            case NO_PERMISSION, ALREADY_TRACED, SECCOMP_FILTER -> {
                forbidden.add(Integer.toString(pid));
                yield true;
            }
            default -> false;
        };
        if (!silent) {
            tell(refused.refusal().sentence());
        }
        if (!silent || reason == Reason.TARGET_GONE || reason == Reason.ALREADY_TRACED) {
            again.add(pid);
        }
    }

    /** On the ptrace thread. */
    private void record(int pid) throws AttachException, RecordingException, IOException, InterruptedException {
        if (processes.present(pid) != null) {
            return; // it was caught at its start
        }
        TargetProcess target = TargetProcess.open(pid);
        try {
            record(target, TracedProcess.Origin.ATTACHED, Standstill.of(target));
        } finally {
            closeUnlessRecorded(target);
        }
    }

    private void closeUnlessRecorded(TargetProcess target) {
        TracedProcess present = processes.present(target.pid());
        if (present == null || present.target() != target) {
            target.close();
        }
    }

    /** If there is something to record in it, the process is among those that are recorded from now on, whatever comes of arming it. */
    private void record(TargetProcess target, TracedProcess.Origin origin, Standstill standstill)
            throws AttachException, RecordingException, IOException, InterruptedException {
        BoundTarget bound = binder.bind(target);
        if (bound.sites().isEmpty()) {
            return;
        }
        TracedProcess before = processes.remove(target.pid());
        if (before != null) {
            before.replaced();
        }
        attacher.session().extend(List.of(bound));
        TracedProcess process = new TracedProcess(target, origin, 0);
        processes.add(process);
        arming = process;
        attacher.attach(process, bound, standstill);
        arming = null;
        seen.remove(target.pid());
        forbidden.remove(Integer.toString(target.pid()));
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
