package io.trapless.tracer.attach;

import io.trapless.tracer.attach.AttachRefusal.Reason;
import io.trapless.tracer.linux.Descriptors;
import io.trapless.tracer.linux.Errno;
import io.trapless.tracer.linux.LinuxException;
import io.trapless.tracer.linux.Processes;
import io.trapless.tracer.linux.Ptrace;

/** Who may be attached to: each check reads /proc and says what to do about a refusal. */
final class Admission {
    /** Another recording holds a thread for milliseconds, again and again while its rings are warmed up. */
    private static final int LOAN_MILLIS = 100;

    /** Where threads are seized already: one of them that gets a signal stands still meanwhile. */
    private static final int SHORT_LOAN_MILLIS = 30;

    private static final long MILLISECOND_NANOS = 1_000_000;

    private static final int ELF_CLASS_64 = 2;
    private static final int MACHINE_X86_64 = 62;
    private static final int MACHINE_386 = 3;

    private Admission() {}

    /** Everything that can be told without any right over the process. */
    static ProcessFacts check(int pid, boolean ours) throws AttachException {
        if (pid == Processes.pid()) {
            throw new AttachException(Reason.SELF, "process " + pid + " is the tracer itself");
        }
        ProcessFacts facts;
        try {
            facts = ProcessFacts.read("/proc/" + pid);
        } catch (LinuxException e) {
            throw new AttachException(Reason.NO_SUCH_PROCESS, "there is no process " + pid);
        }
        if (facts.threadGroup() != pid) {
            throw new AttachException(
                    Reason.NO_SUCH_PROCESS,
                    pid + " is a thread of process " + facts.threadGroup() + "; attach to " + facts.threadGroup());
        }
        if (facts.kernelThread()) {
            throw new AttachException(
                    Reason.KERNEL_THREAD, "process " + pid + " is a kernel thread: it has no user code");
        }
        if (facts.ended() && TargetProcess.listThreads(pid).length < 2) {
            throw new AttachException(
                    Reason.ZOMBIE, "process " + pid + " has ended already and waits for its parent " + facts.parent());
        }
        if (facts.tracer() != 0 && !ours && !awaitFreedom(pid, pid, LOAN_MILLIS)) {
            throw alreadyTraced(pid, facts.tracer());
        }
        if (!ours && facts.parent() == Processes.pid() && !LaunchedProcess.isKnown(pid)) {
            throw new AttachException(
                    Reason.CHILD_OF_THIS_JVM,
                    "process " + pid
                            + " was started by this JVM through java.lang.Process, which would take its stops for"
                            + " its end; start it as a LaunchedProcess");
        }
        checkConfinement(pid, facts);
        return facts;
    }

    /** As {@link Ptrace#seize}; a thread that another recording has borrowed is waited for. */
    static long seize(int pid, int tid, int options) {
        long result = Ptrace.seize(tid, options);
        return result == -Errno.EPERM && awaitFreedom(pid, tid, SHORT_LOAN_MILLIS)
                ? Ptrace.seize(tid, options)
                : result;
    }

    /** Why {@link #seize} was refused for a living thread of a process that belongs to {@code uid}. */
    static AttachException unseizable(int pid, int tid, int uid) {
        int tracer = tracerOf(pid, tid);
        return tracer != 0 ? alreadyTraced(pid, tracer) : noPermission(pid, uid);
    }

    /** Waits until nobody traces a thread; false if somebody still does. A debugger stays, and who follows. */
    private static boolean awaitFreedom(int pid, int tid, int millis) {
        for (int i = 0; i < millis; i++) {
            int tracer = tracerOf(pid, tid);
            if (tracer == 0) {
                return true;
            }
            if (tracer == Processes.tid() || !isOfTrapless(tracer)) {
                return false;
            }
            Processes.sleepNanos(MILLISECOND_NANOS);
        }
        return false;
    }

    private static boolean isOfTrapless(int tracer) {
        try {
            return Descriptors.readText("/proc/" + tracer + "/comm").strip().equals(Ptracer.THREAD_NAME);
        } catch (LinuxException gone) {
            return true; // it has let go by now
        }
    }

    private static AttachException alreadyTraced(int pid, int tracer) {
        return new AttachException(
                Reason.ALREADY_TRACED,
                "process " + pid + " is already traced by process " + processOf(tracer)
                        + "; end that debugger or tracer first");
    }

    private static void checkConfinement(int pid, ProcessFacts facts) throws AttachException {
        if (isConfined(facts)) {
            throw confined(pid);
        }
        if (facts.shadowStack()) {
            throw new AttachException(
                    Reason.SHADOW_STACK,
                    "process " + pid
                            + " uses a hardware shadow stack, on which no remote call can return; start it with"
                            + " GLIBC_TUNABLES=glibc.cpu.hwcaps=-SHSTK");
        }
    }

    static boolean isConfined(ProcessFacts facts) {
        return facts.seccompMode() != 0 && !sharesFilters(facts);
    }

    static AttachException confined(int pid) {
        return new AttachException(
                Reason.SECCOMP_FILTER,
                "process " + pid + " runs under a seccomp filter, which may kill it for the system calls that"
                        + " attaching makes in its name; start it without the filter");
    }

    /** In a container every process has the same filters, the tracer too: what they allow the one they allow the other. */
    private static boolean sharesFilters(ProcessFacts target) {
        ProcessFacts self = ProcessFacts.read("/proc/self");
        return target.seccompMode() == self.seccompMode()
                && target.seccompFilters() >= 0
                && target.seccompFilters() <= self.seccompFilters();
    }

    /** Opens the target's memory for reading and writing: the same right that ptrace needs (ptrace(2), PTRACE_MODE_ATTACH). */
    static int openMemory(int pid, String directory, ProcessFacts facts) throws AttachException {
        int memory = (int) Descriptors.open(directory + "/mem", Descriptors.O_RDWR);
        if (memory >= 0) {
            return memory;
        }
        if (memory == -Errno.EACCES || memory == -Errno.EPERM) {
            throw noPermission(pid, facts.uid());
        }
        throw AttachException.gone(pid);
    }

    private static AttachException noPermission(int pid, int uid) {
        String why;
        if (uid != Processes.uid()) {
            why = "it belongs to user " + uid + " and this is user " + Processes.uid()
                    + "; run as that user, or with sudo";
        } else if (yamaScope() > 0) {
            why = "kernel.yama.ptrace_scope is " + yamaScope() + "; run with sudo, or set it to 0 with sysctl";
        } else {
            why =
                    "it gave that up (a set-user-id or file-capability program, or prctl PR_SET_DUMPABLE), or a container's policy"
                            + " forbids ptrace; run with sudo, or give the container CAP_SYS_PTRACE";
        }
        return new AttachException(Reason.NO_PERMISSION, "process " + pid + " may not be traced: " + why);
    }

    /** Whether the calling thread traces the thread: what the kernel calls TracerPid is the id of a thread (proc_pid_status(5) does not say so; {@code task_state} in fs/proc/array.c). */
    static boolean isTracedByThisThread(int pid, int tid) {
        return tracerOf(pid, tid) == Processes.tid();
    }

    private static int processOf(int tid) {
        try {
            return ProcessFacts.read("/proc/" + tid).threadGroup();
        } catch (LinuxException gone) {
            return tid;
        }
    }

    /** The id of the thread that traces the thread; 0 for nobody. */
    private static int tracerOf(int pid, int tid) {
        try {
            return ProcessFacts.read("/proc/" + pid + "/task/" + tid).tracer();
        } catch (LinuxException gone) {
            return 0;
        }
    }

    private static int yamaScope() {
        try {
            return Integer.parseInt(
                    Descriptors.readText("/proc/sys/kernel/yama/ptrace_scope").strip());
        } catch (LinuxException absent) {
            return 0;
        }
    }

    /** Reads the ELF header of the executable. */
    static void checkProgram(int pid, String directory) throws AttachException {
        byte[] header = new byte[20];
        int file = (int) LinuxException.check(Descriptors.open(directory + "/exe", Descriptors.O_RDONLY), "open exe");
        long got = Descriptors.pread(file, header, 0, header.length, 0);
        Descriptors.close(file);
        int machine = (header[18] & 0xff) | (header[19] & 0xff) << 8;
        if (got < header.length || header[0] != 0x7f || header[1] != 'E') {
            throw new AttachException(
                    Reason.FOREIGN_ARCHITECTURE, "the program of process " + pid + " is not an ELF file");
        }
        if (header[4] != ELF_CLASS_64 && (machine == MACHINE_386 || machine == MACHINE_X86_64)) {
            throw new AttachException(
                    Reason.THIRTY_TWO_BIT,
                    "process " + pid + " is a 32-bit program; only 64-bit x86 programs can be traced");
        }
        if (machine != MACHINE_X86_64) {
            throw new AttachException(
                    Reason.FOREIGN_ARCHITECTURE,
                    "the program of process " + pid + " is for ELF machine " + machine + "; only x86-64 can be traced");
        }
    }
}
