package io.trapless.tracer.attach;

import io.trapless.tracer.linux.Errno;

/**
 * System calls that a mere stop makes fail with EINTR (signal(7), "Interruption of system calls and library functions by stop signals"). A program that handles no signals never
 * expects that, so such a thread is set back onto its {@code syscall} instruction: the call is made again. A time-out starts anew then; that is late, but never wrong.
 */
final class InterruptedCalls {
    private static final int[] REPEATABLE = {
        0, // read, of a socket with SO_RCVTIMEO
        19, // readv
        43, // accept
        45, // recvfrom
        47, // recvmsg
        65, // semop
        128, // rt_sigtimedwait
        208, // io_getevents
        220, // semtimedop
        232, // epoll_wait
        281, // epoll_pwait
        288, // accept4
        299, // recvmmsg
        333, // io_pgetevents
        426, // io_uring_enter
        441, // epoll_pwait2
    };

    /** Bytes of the {@code syscall} instruction. */
    static final int SYSCALL_LENGTH = 2;

    private InterruptedCalls() {}

    /** Whether {@code registers} are those of a call that failed by the stop alone and can be made again. */
    static boolean isRepeatable(Registers registers) {
        if (registers.get(Registers.RAX) != -Errno.EINTR) {
            return false;
        }
        long number = registers.systemCall();
        for (int repeatable : REPEATABLE) {
            if (repeatable == number) {
                return true;
            }
        }
        return false;
    }

    /** The registers with which the call is made again from its beginning: a time-out starts anew. */
    static Registers repeated(Registers registers) {
        return registers
                .with(Registers.RAX, registers.systemCall())
                .with(Registers.RIP, registers.rip() - SYSCALL_LENGTH);
    }

    /** The registers with which a thread goes on that the kernel does not set back onto its call itself. */
    static Registers resumed(Registers registers) {
        return registers.willRestart() ? repeated(registers) : registers;
    }

    /** Undoes {@link #repeated}: the call has failed after all. */
    static Registers failed(Registers repeated) {
        return repeated.with(Registers.RAX, -Errno.EINTR).with(Registers.RIP, repeated.rip() + SYSCALL_LENGTH);
    }
}
