package io.trapless.tracer.linux;

import io.trapless.binary.foreign.Downcall;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Starts a program that stops itself (SIGSTOP) just before execve. A fork cannot return twice into a JVM, so the child runs nothing but the machine code below: it
 * stops, puts the given descriptors on 0 to 2, closes all others, unblocks all signals and executes. If execve fails it exits with the error number.
 *
 * <p>{@code java.lang.Process} would not do: its reaper thread takes a traced child's stops for its end.
 */
public final class ForkExec {
    /** The argument is the address of {path, argv, envp, address of an empty signal set, stdin, stdout, stderr}, 8 bytes each. */
    private static final String CODE = """
            4989f8         mov    r8,rdi
            b839000000     mov    eax,57           ; fork
            0f05           syscall
            85c0           test   eax,eax
            7401           je     child
            c3             ret
            4c89c3  child: mov    rbx,r8
            b827000000     mov    eax,39           ; kill(getpid(), SIGSTOP)
            0f05           syscall
            89c7           mov    edi,eax
            be13000000     mov    esi,19
            b83e000000     mov    eax,62
            0f05           syscall
            8b7b20         mov    edi,[rbx+32]     ; dup2(stdin, 0)
            31f6           xor    esi,esi
            b821000000     mov    eax,33
            0f05           syscall
            8b7b28         mov    edi,[rbx+40]     ; dup2(stdout, 1)
            be01000000     mov    esi,1
            b821000000     mov    eax,33
            0f05           syscall
            8b7b30         mov    edi,[rbx+48]     ; dup2(stderr, 2)
            be02000000     mov    esi,2
            b821000000     mov    eax,33
            0f05           syscall
            bf03000000     mov    edi,3            ; close_range(3, ~0, 0)
            beffffffff     mov    esi,-1
            31d2           xor    edx,edx
            b8b4010000     mov    eax,436
            0f05           syscall
            bf02000000     mov    edi,2            ; rt_sigprocmask(SIG_SETMASK, &empty, NULL, 8)
            488b7318       mov    rsi,[rbx+24]
            31d2           xor    edx,edx
            41ba08000000   mov    r10d,8
            b80e000000     mov    eax,14
            0f05           syscall
            488b3b         mov    rdi,[rbx]        ; execve(path, argv, envp)
            488b7308       mov    rsi,[rbx+8]
            488b5310       mov    rdx,[rbx+16]
            b83b000000     mov    eax,59
            0f05           syscall
            f7d8           neg    eax              ; exit_group(errno)
            89c7           mov    edi,eax
            b8e7000000     mov    eax,231
            0f05           syscall
            """;

    private static final MemorySegment FORK = MachineCode.page(assemble());

    private ForkExec() {}

    private static byte[] assemble() {
        StringBuilder hexadecimal = new StringBuilder();
        for (String line : CODE.split("\n", -1)) {
            hexadecimal.append(line, 0, Math.max(0, line.indexOf(' ')));
        }
        return MachineCode.bytes(hexadecimal.toString());
    }

    /**
     * Forks. The child is this process's, stopped or about to be.
     *
     * @param path absolute path of the executable
     * @param standard descriptors for the child's standard input, output and error
     * @return the child's pid, or an error
     */
    public static long start(String path, List<String> arguments, List<String> environment, int[] standard) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment block = arena.allocate(7 * 8L, 8);
            block.set(ValueLayout.JAVA_LONG, 0, string(arena, path));
            block.set(ValueLayout.JAVA_LONG, 8, strings(arena, arguments));
            block.set(ValueLayout.JAVA_LONG, 16, strings(arena, environment));
            block.set(ValueLayout.JAVA_LONG, 24, arena.allocate(8, 8).address());
            for (int i = 0; i < 3; i++) {
                block.set(ValueLayout.JAVA_LONG, 32 + 8L * i, standard[i]);
            }
            return Downcall.call(FORK, block.address());
        }
    }

    private static long string(Arena arena, String text) {
        return arena.allocateFrom(text, StandardCharsets.UTF_8).address();
    }

    private static long strings(Arena arena, List<String> texts) {
        MemorySegment pointers = arena.allocate(8L * (texts.size() + 1), 8);
        for (int i = 0; i < texts.size(); i++) {
            pointers.setAtIndex(ValueLayout.JAVA_LONG, i, string(arena, texts.get(i)));
        }
        return pointers.address();
    }
}
