package io.trapless.tracer.attach;

import io.trapless.tracer.attach.AttachRefusal.Reason;
import io.trapless.tracer.linux.Descriptors;
import io.trapless.tracer.linux.Errno;
import io.trapless.tracer.linux.ForkExec;
import io.trapless.tracer.linux.LinuxException;
import io.trapless.tracer.linux.Processes;
import io.trapless.tracer.linux.Ptrace;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A command that the tracer starts itself. Unlike a {@link Process} it can be attached to by this JVM. It inherits the environment and the working directory, and, unless other descriptors are
 * given, standard input, output and error.
 *
 * <p>Any thread, unless a method says otherwise.
 */
public final class LaunchedProcess {
    private static final long START_TIMEOUT_NANOS = 20_000_000_000L;

    /** Our children: their wait status once they have ended, {@link #RUNNING} before. */
    private static final Map<Integer, Integer> CHILDREN = new ConcurrentHashMap<>();

    private static final int RUNNING = -1;

    /** Those whose end {@link Following} is told of: nobody else may wait for it. */
    private static final Set<Integer> FOLLOWED = ConcurrentHashMap.newKeySet();

    private final int pid;
    private final int pidfd;

    private LaunchedProcess(int pid) {
        this.pid = pid;
        this.pidfd = (int) Processes.pidfdOpen(pid);
    }

    static boolean isKnown(int pid) {
        return CHILDREN.containsKey(pid);
    }

    /** A ptrace wait has collected a thread's end: if it is a child's, its status must not be lost. */
    static void noteEnd(int tid, int status) {
        CHILDREN.computeIfPresent(tid, (child, running) -> status);
        FOLLOWED.remove(tid);
    }

    /** Nobody is told of the ends of processes any more that were followed. */
    static void noteUnfollowed() {
        FOLLOWED.clear();
    }

    /** Starts {@code command} and lets it run. */
    public static LaunchedProcess start(List<String> command) throws AttachException {
        return start(command, environment(), new int[] {0, 1, 2});
    }

    /**
     * Starts {@code command} and lets it run.
     *
     * @param environment NAME=VALUE
     * @param standard descriptors of this process for standard input, output and error
     */
    public static LaunchedProcess start(List<String> command, List<String> environment, int[] standard)
            throws AttachException {
        LaunchedProcess process = fork(command, environment, standard);
        Processes.kill(process.pid, Processes.SIGCONT);
        return process;
    }

    /** A command at its start. */
    public record AtStart(LaunchedProcess process, TargetProcess target, StoppedThreads stopped) {}

    /** {@link #startStopped(List, List, int[], Following)} for a command that is not followed. */
    public static AtStart startStopped(List<String> command, List<String> environment, int[] standard)
            throws AttachException {
        return startStopped(command, environment, standard, null);
    }

    /**
     * Starts {@code command} and stops it at its start: the libraries it was linked with are mapped and relocated, their initialisers and {@code main} have not run. On a {@link Ptracer} thread
     * only. Until the result's {@code stopped} is closed the command dies with the tracer; one that is followed runs on.
     *
     * @param following who follows it from its start; null: nobody
     */
    public static AtStart startStopped(
            List<String> command, List<String> environment, int[] standard, @Nullable Following following)
            throws AttachException {
        if (!Ptracer.isCurrent()) {
            throw new IllegalStateException("a command is started stopped on a Ptracer thread only");
        }
        LaunchedProcess process = fork(command, environment, standard);
        try {
            TargetProcess target = process.runToExec(command.getFirst());
            try {
                StoppedThreads stopped = process.runToStart(target);
                if (following != null) {
                    FOLLOWED.add(process.pid);
                    following.adoptStarted(target);
                }
                return new AtStart(process, target, stopped);
            } catch (AttachException refused) {
                target.close();
                throw refused;
            }
        } catch (AttachException refused) {
            Processes.kill(process.pid, Processes.SIGKILL);
            Ptracer.retireAfterTask(process.pid);
            throw refused;
        }
    }

    /** This process's environment. */
    public static List<String> environment() {
        List<String> environment = new ArrayList<>();
        System.getenv().forEach((name, value) -> environment.add(name + "=" + value));
        return environment;
    }

    private static LaunchedProcess fork(List<String> command, List<String> environment, int[] standard)
            throws AttachException {
        String path = resolve(command.getFirst());
        if (Ptracer.isCurrent()) {
            Processes.ordinaryTimers();
        }
        long pid = ForkExec.start(path, command, environment, standard);
        if (Ptracer.isCurrent()) {
            Processes.favourThisThread();
        }
        if (pid < 0) {
            throw new AttachException(
                    Reason.CANNOT_START, "cannot start " + command.getFirst() + ": " + Errno.describe((int) -pid));
        }
        CHILDREN.put((int) pid, RUNNING);
        long status = Processes.wait4((int) pid, Processes.WUNTRACED | Processes.WALL);
        if (status < 0 || ((status >> 32) & 0xff) != 0x7f) {
            throw new AttachException(Reason.CANNOT_START, command.getFirst() + " ended before it was started");
        }
        return new LaunchedProcess((int) pid);
    }

    /** As execvp(3) looks for a command. */
    private static String resolve(String command) throws AttachException {
        if (command.indexOf('/') >= 0) {
            if (!Files.exists(Path.of(command))) {
                throw new AttachException(Reason.CANNOT_START, "there is no file " + command);
            }
            return command;
        }
        String path = System.getenv("PATH");
        for (String folder : (path == null ? "/usr/bin:/bin" : path).split(File.pathSeparator, -1)) {
            Path candidate = Path.of(folder.isEmpty() ? "." : folder, command);
            if (Files.isExecutable(candidate) && !Files.isDirectory(candidate)) {
                return candidate.toString();
            }
        }
        throw new AttachException(Reason.CANNOT_START, "there is no command " + command + " in PATH");
    }

    private TargetProcess runToExec(String command) throws AttachException {
        long deadline = System.nanoTime() + START_TIMEOUT_NANOS;
        check(Ptrace.seize(pid, Ptrace.O_TRACESYSGOOD | Ptrace.O_TRACEEXEC | Ptrace.O_EXITKILL), "trace");
        Processes.kill(pid, Processes.SIGCONT);
        ThreadWait wait = new ThreadWait();
        while (true) {
            switch (wait.await(pid, deadline)) {
                case ThreadWait.EXEC -> {
                    return TargetProcess.open(pid, true);
                }
                case ThreadWait.EVENT, ThreadWait.SYSTEM_CALL -> check(Ptrace.resume(pid, 0), "resume");
                case ThreadWait.SIGNAL -> check(Ptrace.resume(pid, wait.signal), "resume");
                case ThreadWait.GONE ->
                    throw new AttachException(
                            Reason.CANNOT_START,
                            "cannot execute " + command + ": "
                                    + Errno.describe(exitStatus(CHILDREN.getOrDefault(pid, 0))));
                default -> throw new AttachException(Reason.CANNOT_START, command + " does not start");
            }
        }
    }

    private StoppedThreads runToStart(TargetProcess target) throws AttachException {
        int kind = ProgramStart.prepare(target).await(System.nanoTime() + START_TIMEOUT_NANOS);
        if (kind == ThreadWait.GONE) {
            throw AttachException.gone(pid);
        }
        if (kind == ThreadWait.NOTHING) {
            throw new AttachException(Reason.CANNOT_START, "process " + pid + " does not reach its start");
        }
        check(Ptrace.setOptions(pid, Ptrace.O_TRACESYSGOOD | Ptrace.O_EXITKILL), "trace");
        return StoppedThreads.ofNew(target);
    }

    private void check(long result, String verb) throws AttachException {
        if (result < 0) {
            throw new AttachException(
                    Reason.CANNOT_START, "cannot " + verb + " process " + pid + ": " + Errno.describe((int) -result));
        }
    }

    public int pid() {
        return pid;
    }

    /** Sends a signal. */
    public void signal(int signal) {
        if (isRunning()) {
            Processes.kill(pid, signal);
        }
    }

    /** Whether it has an address space: one that is ending has none any more, before it has ended. */
    public boolean hasMemory() {
        try {
            return !Descriptors.readText("/proc/" + pid + "/maps").isEmpty();
        } catch (LinuxException gone) {
            return false;
        }
    }

    public boolean isRunning() {
        return collect() == RUNNING;
    }

    /**
     * Waits for the end.
     *
     * @param timeoutMillis -1: as long as it takes
     * @return the exit status as a shell gives it (128 + signal if one killed it); null after the time-out
     */
    public @Nullable Integer awaitExit(int timeoutMillis) {
        long deadline = System.nanoTime() + timeoutMillis * 1_000_000L;
        while (true) {
            int status = collect();
            if (status != RUNNING) {
                return exitStatus(status);
            }
            long leftMillis = (deadline - System.nanoTime()) / 1_000_000L;
            if (timeoutMillis >= 0 && leftMillis <= 0) {
                return null;
            }
            Processes.awaitEnd(pidfd, timeoutMillis < 0 ? 1000 : (int) Math.min(leftMillis + 1, 1000));
        }
    }

    /** The wait status, or RUNNING. Waits for ends only once the process has ended: an earlier wait could take a ptrace stop away from the ptrace thread. */
    private int collect() {
        synchronized (CHILDREN) {
            int known = CHILDREN.getOrDefault(pid, 0);
            if (known != RUNNING || FOLLOWED.contains(pid) || Processes.awaitEnd(pidfd, 0) != 1) {
                return known;
            }
            long result = Processes.wait4(pid, Processes.WNOHANG | Processes.WALL);
            if (result > 0) {
                CHILDREN.put(pid, (int) (result >> 32));
                Descriptors.close(pidfd);
            }
            return CHILDREN.getOrDefault(pid, 0);
        }
    }

    private static int exitStatus(int waitStatus) {
        int signal = waitStatus & 0x7f;
        return signal == 0 ? (waitStatus >> 8) & 0xff : 128 + signal;
    }

    @Override
    public String toString() {
        return "process " + pid;
    }
}
