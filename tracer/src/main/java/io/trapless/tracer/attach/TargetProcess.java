package io.trapless.tracer.attach;

import io.trapless.tracer.attach.AttachRefusal.Reason;
import io.trapless.tracer.linux.Descriptors;
import io.trapless.tracer.linux.Errno;
import io.trapless.tracer.linux.LinuxException;
import io.trapless.tracer.linux.Processes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A live process that may be attached to. It holds an open /proc/PID/mem, which stays bound to the address space it was opened on: after an execve or the process's end it reads
 * as gone and never as another program or a reused pid.
 *
 * <p>Any thread may use it, except for {@link #stopAll}, {@link #stopOne} and {@link #stopPatient} (on a {@link Ptracer} thread only).
 */
public final class TargetProcess implements AutoCloseable {
    private volatile @Nullable Maps maps;
    private final int pid;
    private final ProcessFacts facts;
    private final int memory;
    private final long imageProbe;
    private volatile @Nullable AddressRange spareRoom;

    private TargetProcess(int pid, ProcessFacts facts, int memory, long imageProbe) {
        this.pid = pid;
        this.facts = facts;
        this.memory = memory;
        this.imageProbe = imageProbe;
    }

    /**
     * Looks at a process and finds out all that would forbid attaching, without touching it.
     *
     * @throws AttachException with the refusal
     */
    public static TargetProcess open(int pid) throws AttachException {
        return open(pid, false);
    }

    /** @param ours the tracer started it and traces it already */
    static TargetProcess open(int pid, boolean ours) throws AttachException {
        ProcessFacts facts = Admission.check(pid, ours);
        String directory = livingThread(pid);
        int memory = Admission.openMemory(pid, directory, facts);
        try {
            Admission.checkProgram(pid, directory);
            List<MemoryMapping> mappings = MemoryMapping.parseAll(Descriptors.readAll(directory + "/maps"));
            if (mappings.isEmpty()) {
                throw AttachException.gone(pid);
            }
            return new TargetProcess(pid, facts, memory, mappings.getFirst().start());
        } catch (AttachException refused) {
            Descriptors.close(memory);
            throw refused;
        } catch (LinuxException gone) {
            Descriptors.close(memory);
            throw AttachException.gone(pid);
        }
    }

    /** A process that was just forked from one that is traced: what its parent was admitted by holds for it too. */
    static TargetProcess openForked(int pid, ProcessFacts facts) throws AttachException {
        String directory = "/proc/" + pid;
        int memory = Admission.openMemory(pid, directory, facts);
        try {
            List<MemoryMapping> mappings = MemoryMapping.parseAll(Descriptors.readAll(directory + "/maps"));
            if (mappings.isEmpty()) {
                throw AttachException.gone(pid);
            }
            return new TargetProcess(pid, facts, memory, mappings.getFirst().start());
        } catch (AttachException refused) {
            Descriptors.close(memory);
            throw refused;
        } catch (LinuxException gone) {
            Descriptors.close(memory);
            throw AttachException.gone(pid);
        }
    }

    /** The /proc folder through which the address space can be seen: that of a thread that has not ended (the first thread may have, pthread_exit(3)). */
    private static String livingThread(int pid) throws AttachException {
        for (int tid : listThreads(pid)) {
            if ("ZX?".indexOf(ProcessFacts.stateOf(pid, tid)) < 0) {
                return "/proc/" + pid + "/task/" + tid;
            }
        }
        throw AttachException.gone(pid);
    }

    /** A file of /proc that tells of the address space. It is empty in the folder of a thread that has ended; mostly the first one lives, and need not be searched for. */
    private byte[] readOfLiving(String file) throws AttachException {
        byte[] content = Descriptors.readAll("/proc/" + pid + file);
        return content.length > 0 ? content : Descriptors.readAll(livingThread(pid) + file);
    }

    static int[] listThreads(int pid) {
        int directory = (int) Descriptors.open("/proc/" + pid + "/task", Descriptors.O_DIRECTORY);
        if (directory < 0) {
            return new int[0];
        }
        try {
            int[] tids = new int[64];
            while (true) {
                int count = Descriptors.listNumbers(directory, tids);
                if (count <= tids.length) {
                    return Arrays.copyOf(tids, Math.max(count, 0));
                }
                tids = new int[count + 64];
            }
        } finally {
            Descriptors.close(directory);
        }
    }

    public int pid() {
        return pid;
    }

    /** Clock ticks after boot (proc_pid_stat(5), field 22): together with the pid it names this process for good. */
    public long startTime() {
        return facts.startTime();
    }

    /** Real user id. */
    public int uid() {
        return facts.uid();
    }

    /** Real group id. */
    public int gid() {
        return facts.gid();
    }

    /** Its pid in its own pid namespace: what getpid(2) tells it. */
    public int namespacePid() {
        return facts.namespacePid();
    }

    /** The id of a thread in the target's own pid namespace; -1 if the thread is gone. */
    public int namespaceTid(int tid) {
        try {
            return ProcessFacts.read("/proc/" + pid + "/task/" + tid).namespacePid();
        } catch (LinuxException gone) {
            return -1;
        }
    }

    /** The folder through which the target's files can be reached whatever its mount namespace is. */
    public String root() {
        return "/proc/" + pid + "/root";
    }

    /** Path that opens the very executable that runs, even when it was replaced or deleted. */
    public String executable() {
        return "/proc/" + pid + "/exe";
    }

    /** Arguments, the command's name first. */
    public List<String> commandLine() {
        try {
            String text = Descriptors.readText("/proc/" + pid + "/cmdline");
            List<String> arguments = new ArrayList<>();
            for (int at = 0; at < text.length(); ) {
                int end = text.indexOf('\0', at);
                end = end < 0 ? text.length() : end;
                arguments.add(text.substring(at, end));
                at = end + 1;
            }
            return List.copyOf(arguments);
        } catch (LinuxException gone) {
            return List.of();
        }
    }

    /** Executable memory, zero and the process's own, in which no code of its stands; null if none is known. Who uses it leaves zeros. */
    public @Nullable AddressRange spareRoom() {
        return spareRoom;
    }

    void setSpareRoom(AddressRange room) {
        spareRoom = room;
    }

    /** Where the heap of brk(2) begins; it grows upwards from there. */
    long breakStart() {
        return facts.breakStart();
    }

    /** A memory map, and the text that says it: parsing takes longer than comparing, and threads stand still meanwhile. */
    private record Maps(byte[] text, List<MemoryMapping> mappings) {}

    /** The memory map as it is now, in order of address. */
    public List<MemoryMapping> mappings() throws AttachException {
        try {
            byte[] text = readOfLiving("/maps");
            Maps known = maps;
            if (known == null || !Arrays.equals(known.text, text)) {
                known = new Maps(text, MemoryMapping.parseAll(text));
                maps = known;
            }
            // That the memory which was opened is still there says, for less, what isAlive says: the map is asked for a
            // dozen times while a program that was just executed stands still.
            if (known.mappings.isEmpty() || !sameImage()) {
                throw AttachException.gone(pid);
            }
            return known.mappings;
        } catch (LinuxException e) {
            throw AttachException.gone(pid);
        }
    }

    /** The memory map as it was when it was last asked for: for what may be out of date, in less time. */
    List<MemoryMapping> recentMappings() throws AttachException {
        Maps known = maps;
        return known == null ? mappings() : known.mappings;
    }

    /** Ids of its threads now. */
    public int[] threadIds() {
        return listThreads(pid);
    }

    /** The value of an entry of the auxiliary vector (getauxval(3)); 0 if there is none. */
    public long auxiliaryValue(int type) throws AttachException {
        try {
            byte[] vector = readOfLiving("/auxv");
            for (int at = 0; at + 16 <= vector.length; at += 16) {
                if (Bytes.getLong(vector, at) == type) {
                    return Bytes.getLong(vector, at + 8);
                }
            }
            return 0;
        } catch (LinuxException e) {
            throw AttachException.gone(pid);
        }
    }

    /** It runs still, and it is still the process and the program image that was opened. */
    public boolean isAlive() {
        try {
            return ProcessFacts.startTime("/proc/" + pid) == facts.startTime() && sameImage();
        } catch (LinuxException gone) {
            return false;
        }
    }

    /** The address space that was opened is still in use: it has not ended, and has become no other program. Cheaper than {@link #isAlive}. */
    public boolean sameImage() {
        return Descriptors.pread(memory, new byte[1], 0, 1, imageProbe) != 0;
    }

    /** It has put itself under a seccomp filter since it was opened, which may kill it for system calls that are made in its name. */
    public boolean isConfined() {
        try {
            return ProcessFacts.hasSeccomp(pid) && Admission.isConfined(ProcessFacts.read("/proc/" + pid));
        } catch (LinuxException gone) {
            return false;
        }
    }

    /** Reads what can be read of {@code length} bytes; returns the count, which is smaller at the first page that is not mapped, down to 0. */
    public int tryReadMemory(long address, byte[] into, int offset, int length) {
        return (int) Math.max(0, Descriptors.pread(memory, into, offset, length, address));
    }

    /** The same for words of 8 bytes, from a multiple of 8; returns how many were read. */
    int tryReadWords(long address, long[] into) {
        return (int) Math.max(0, Descriptors.preadWords(memory, into, address));
    }

    /** Reads exactly {@code size} bytes. */
    public byte[] readMemory(long address, int size) throws AttachException {
        byte[] bytes = new byte[size];
        long got = Descriptors.pread(memory, bytes, 0, size, address);
        if (got != size) {
            throw memoryFailure("read", address, got);
        }
        return bytes;
    }

    /** Reads 8 bytes. */
    public long readLong(long address) throws AttachException {
        return Bytes.getLong(readMemory(address, 8), 0);
    }

    /** Writes all of {@code bytes}, into pages that the target itself may not write too (the kernel copies a private page first). */
    public void writeMemory(long address, byte[] bytes) throws AttachException {
        writeMemory(address, bytes, 0, bytes.length);
    }

    public void writeMemory(long address, byte[] bytes, int offset, int length) throws AttachException {
        long put = Descriptors.pwrite(memory, bytes, offset, length, address);
        if (put != length) {
            throw memoryFailure("write", address, put);
        }
    }

    /** A refusal, or TARGET_GONE if that is why nothing was found. */
    AttachException refusal(Reason reason, String sentence) {
        return isAlive() ? new AttachException(reason, sentence) : AttachException.gone(pid);
    }

    private AttachException memoryFailure(String verb, long address, long result) {
        if (result == 0 || !isAlive()) {
            return AttachException.gone(pid);
        }
        String why = result < 0 && result != -Errno.EIO
                ? Errno.describe((int) -result)
                : "the address is not mapped, or the kernel forbids it";
        return new AttachException(
                Reason.MEMORY_DENIED,
                "cannot " + verb + " memory of process " + pid + " at 0x" + Long.toHexString(address) + ": " + why);
    }

    /** {@link #stopAll(long)} with two seconds. */
    public StoppedThreads stopAll() throws AttachException {
        return stopAll(ThreadStopper.DEFAULT_TIMEOUT_NANOS);
    }

    /**
     * Stops every thread, those too that are born meanwhile. On a {@link Ptracer} thread only; close the result there.
     *
     * @throws AttachException if one cannot be stopped in time; all others have been let go by then
     */
    public StoppedThreads stopAll(long timeoutNanos) throws AttachException {
        return new ThreadStopper(this, timeoutNanos).stopAll();
    }

    /** Stops one thread that can be lent for remote calls; the others run on. On a {@link Ptracer} thread only; close the result there. */
    public StoppedThreads stopOne() throws AttachException {
        return new ThreadStopper(this, ThreadStopper.DEFAULT_TIMEOUT_NANOS).stopOne();
    }

    /** Stops one thread that can be lent and is none the worse for it: it is at work, or waits for no time. Null if there is none right now. On a {@link Ptracer} thread only; close the result there. */
    public @Nullable StoppedThreads stopPatient() throws AttachException {
        return new ThreadStopper(this, ThreadStopper.DEFAULT_TIMEOUT_NANOS).stopPatient();
    }

    /** Whether one of its file descriptors is a socket, as far as that can be told. */
    boolean isSocket(int descriptor) {
        try {
            return Files.readSymbolicLink(Path.of("/proc/" + pid + "/fd/" + descriptor))
                    .toString()
                    .startsWith("socket:");
        } catch (IOException notTold) {
            return true;
        }
    }

    /** Sends a signal to the process. */
    public void signal(int signal) {
        Processes.kill(pid, signal);
    }

    /** Lets go of the open memory. It does nothing to the process. */
    @Override
    public void close() {
        Descriptors.close(memory);
    }

    @Override
    public String toString() {
        return pid + " (" + String.join(" ", commandLine()) + ")";
    }
}
