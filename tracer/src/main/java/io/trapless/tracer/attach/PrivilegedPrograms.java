package io.trapless.tracer.attach;

import io.trapless.binary.x86.Assembler;
import io.trapless.binary.x86.Gpr;
import io.trapless.binary.x86.Mem;
import io.trapless.tracer.linux.Descriptors;
import io.trapless.tracer.linux.LinuxException;
import io.trapless.tracer.linux.Syscalls;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Programs that get privileges by their file: set-user-id, set-group-id, file capabilities. The kernel does not give them to a process whose tracer has none itself (execve(2)), so such a program
 * would fail for no other reason than that it is followed. It is made to execute itself once more, and is let go before it does.
 */
final class PrivilegedPrograms {
    private static final int CAP_SYS_PTRACE = 19;
    private static final int SET_USER_ID = 04000;
    private static final int SET_GROUP_ID_EXECUTABLE = 02010;

    /** AT_EXECFN of the auxiliary vector (getauxval(3)): address of the path by which the program was executed. */
    private static final int AT_EXECFN = 31;

    private static final int SYS_EXECVE = 59;
    private static final int SYS_EXIT_GROUP = 231;

    /** What a shell gives for a command that can't be executed. */
    private static final int CANNOT_EXECUTE = 126;

    private static final boolean POWERLESS = isPowerless();

    private PrivilegedPrograms() {}

    private static boolean isPowerless() {
        String status = Descriptors.readText("/proc/self/status");
        int at = status.indexOf("\nCapEff:") + "\nCapEff:".length();
        long capabilities = Long.parseUnsignedLong(
                status.substring(at, status.indexOf('\n', at)).strip(), 16);
        return (capabilities >>> CAP_SYS_PTRACE & 1) == 0;
    }

    /** Whether a process that has just executed a program lacks privileges for being traced by us. */
    static boolean isDeprived(int pid) {
        if (!POWERLESS) {
            return false;
        }
        String program = "/proc/" + pid + "/exe";
        try {
            int mode = (Integer) Files.getAttribute(Path.of(program), "unix:mode");
            return (mode & SET_USER_ID) != 0
                    || (mode & SET_GROUP_ID_EXECUTABLE) == SET_GROUP_ID_EXECUTABLE
                    || hasCapabilities(program);
        } catch (IOException e) {
            return false; // it has been killed, or may not even be looked at
        }
    }

    private static boolean hasCapabilities(String program) {
        MemorySegment scratch = Syscalls.scratch();
        byte[] path = (program + "\0").getBytes(StandardCharsets.US_ASCII);
        byte[] name = "security.capability\0".getBytes(StandardCharsets.US_ASCII);
        MemorySegment.copy(path, 0, scratch, ValueLayout.JAVA_BYTE, 0, path.length);
        MemorySegment.copy(name, 0, scratch, ValueLayout.JAVA_BYTE, 512, name.length);
        return Syscalls.call(Syscalls.GETXATTR, scratch.address(), scratch.address() + 512, 0, 0) > 0;
    }

    /**
     * Sets a program that stands at its execve on the way to execute itself once more: it does so when it is let go, also by the tracer's death. Nothing of it has run, and nothing of its memory is
     * needed any more but its arguments.
     */
    static void executeAgain(TargetProcess target) throws AttachException {
        try {
            long entry =
                    new StoppedThread(target.pid(), target.pid()).registers().rip();
            Assembler asm = new Assembler(entry);
            asm.mov(Gpr.RDI, target.auxiliaryValue(AT_EXECFN));
            asm.lea(Gpr.RSI, Mem.of(Gpr.RSP, 8)); // argv, behind argc
            asm.mov(Gpr.RAX, Mem.of(Gpr.RSP, 0), 8);
            asm.lea(Gpr.RDX, Mem.of(Gpr.RSI, Gpr.RAX, 8, 8)); // envp, behind argv and its null
            asm.mov(Gpr.RAX, SYS_EXECVE);
            asm.syscall();
            asm.mov(Gpr.RDI, CANNOT_EXECUTE);
            asm.mov(Gpr.RAX, SYS_EXIT_GROUP);
            asm.syscall();
            target.writeMemory(entry, asm.toByteArray());
        } catch (LinuxException e) {
            throw AttachException.gone(target.pid());
        }
    }
}
