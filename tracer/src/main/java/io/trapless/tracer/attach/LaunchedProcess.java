package io.trapless.tracer.attach;

import io.trapless.tracer.attach.AttachRefusal.Reason;
import io.trapless.tracer.linux.Descriptors;
import io.trapless.tracer.linux.Errno;
import io.trapless.tracer.linux.ForkExec;
import io.trapless.tracer.linux.Processes;
import io.trapless.tracer.linux.Ptrace;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A command that the tracer starts itself. Unlike a {@link Process} it can be attached to by this JVM. It inherits the environment and the working directory, and, unless other descriptors are
 * given, standard input, output and error.
 *
 * <p>Any thread, unless a method says otherwise.
 */
public final class LaunchedProcess {
    /** AT_ENTRY of the auxiliary vector (getauxval(3)). */
    private static final int AT_ENTRY = 9;

    private static final long START_TIMEOUT_NANOS = 20_000_000_000L;
    private static final byte BREAKPOINT = (byte) 0xcc;

    /** Our children: their wait status once they have ended, {@link #RUNNING} before. */
    private static final Map<Integer, Integer> CHILDREN = new ConcurrentHashMap<>();

    private static final int RUNNING = -1;

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

    /** A command at its entry point. */
    public record AtEntry(LaunchedProcess process, TargetProcess target, StoppedThreads stopped) {}

    /**
     * Starts {@code command} and stops it at the entry point of its program: the libraries it was linked with are mapped and relocated, their initialisers and {@code main} have not run. On a
     * {@link Ptracer} thread only. Until the result's {@code stopped} is closed the command dies with the tracer.
     */
    public static AtEntry startStopped(List<String> command, List<String> environment, int[] standard)
            throws AttachException {
        if (!Ptracer.isCurrent()) {
            throw new IllegalStateException("a command is started stopped on a Ptracer thread only");
        }
        LaunchedProcess process = fork(command, environment, standard);
        try {
            TargetProcess target = process.runToExec(command.getFirst());
            try {
                return new AtEntry(process, target, process.runToEntry(target));
            } catch (AttachException refused) {
                target.close();
                throw refused;
            }
        } catch (AttachException refused) {
            Processes.kill(process.pid, Processes.SIGKILL);
            Ptracer.retireAfterTask();
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

    /** A breakpoint at the entry point, for as long as it takes to get there: nothing has run yet that could trip over it. */
    private StoppedThreads runToEntry(TargetProcess target) throws AttachException {
        long entry = target.auxiliaryValue(AT_ENTRY);
        byte[] original = target.readMemory(entry, 1);
        target.writeMemory(entry, new byte[] {BREAKPOINT});
        long deadline = System.nanoTime() + START_TIMEOUT_NANOS;
        ThreadWait wait = new ThreadWait();
        int signal = 0;
        while (true) {
            check(Ptrace.resume(pid, signal), "resume");
            signal = 0;
            switch (wait.await(pid, deadline)) {
                case ThreadWait.SIGNAL -> {
                    if (wait.signal == Processes.SIGTRAP && Registers.read(pid).rip() == entry + 1) {
                        target.writeMemory(entry, original);
                        return settleAtEntry(target, entry, wait, deadline);
                    }
                    signal = wait.signal;
                }
                case ThreadWait.GONE -> throw AttachException.gone(pid);
                case ThreadWait.NOTHING ->
                    throw new AttachException(
                            Reason.CANNOT_START, "process " + pid + " does not reach its entry point");
                default -> {}
            }
        }
    }

    private StoppedThreads settleAtEntry(TargetProcess target, long entry, ThreadWait wait, long deadline)
            throws AttachException {
        StoppedThread thread = new StoppedThread(pid, pid);
        thread.setRegisters(thread.registers().with(Registers.RIP, entry));
        Ptrace.interrupt(pid);
        check(Ptrace.resume(pid, 0), "resume");
        if (wait.awaitEvent(pid, deadline) != ThreadWait.EVENT) {
            throw AttachException.gone(pid);
        }
        check(Ptrace.setOptions(pid, Ptrace.O_TRACESYSGOOD | Ptrace.O_EXITKILL), "trace");
        return new StoppedThreads(target, List.of(thread), true);
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
            if (known != RUNNING || Processes.awaitEnd(pidfd, 0) != 1) {
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
