package io.trapless.tracer.attach;

import io.trapless.tracer.linux.Cpuid;
import io.trapless.tracer.linux.Ptrace;
import java.util.Arrays;

/**
 * A signal frame as the kernel itself would build one (arch/x86/kernel/signal_64.c, {@code struct rt_sigframe}; asm/sigcontext.h), from which rt_sigreturn(2) puts a thread back
 * where it was.
 *
 * <pre>
 *   address + 0    pretcode: address of the code that calls rt_sigreturn
 *           + 8    ucontext: flags, link, alternate stack (24)
 *           + 48   sigcontext: r8-r15 rdi rsi rbp rbx rdx rax rcx rsp rip eflags, segments, err, trapno, mask, cr2, fpstate, 64 reserved
 *           + 304  the mask of blocked signals
 *           + 312  siginfo (128)
 *   then, 64-byte aligned: the XSAVE image and its closing magic number; all of it ends 128 bytes (the red zone) below the stack pointer
 * </pre>
 */
final class SignalFrame {
    static final int RED_ZONE = 128;
    static final int SIGCONTEXT_OFFSET = 48;
    static final int RSP_OFFSET = SIGCONTEXT_OFFSET + 15 * 8;
    static final int RIP_OFFSET = SIGCONTEXT_OFFSET + 16 * 8;
    static final int SIZE = 440;

    private static final int ALTERNATE_STACK_FLAGS_OFFSET = 32;
    static final int SEGMENTS_OFFSET = SIGCONTEXT_OFFSET + 18 * 8;
    private static final int FPSTATE_OFFSET = SEGMENTS_OFFSET + 40;
    private static final int MASK_OFFSET = 304;

    /** UC_FP_XSTATE | UC_SIGCONTEXT_SS | UC_STRICT_RESTORE_SS (asm/ucontext.h). */
    private static final int UC_FLAGS = 7;

    /** No valid mode of an alternate stack: sigaltstack fails, which the return ignores, so the thread's own stays as it is. */
    private static final int KEEP_ALTERNATE_STACK = 4;

    private static final int[] ORDER = {
        Registers.R8, Registers.R9, Registers.R10, Registers.R11, Registers.R12, Registers.R13, Registers.R14,
                Registers.R15,
        Registers.RDI, Registers.RSI, Registers.RBP, Registers.RBX, Registers.RDX, Registers.RAX, Registers.RCX,
                Registers.RSP,
        Registers.RIP, Registers.EFLAGS
    };

    private static final int FP_XSTATE_MAGIC1 = 0x46505853;
    private static final int FP_XSTATE_MAGIC2 = 0x46505845;
    private static final int SOFTWARE_BYTES_OFFSET = 464;
    private static final int XSTATE_BV_OFFSET = 512;
    private static final int TILE_DATA = 18;

    private static final int MAX_XSTATE = 16 * 1024;

    private final long address;
    private final byte[] bytes;

    private SignalFrame(long address, byte[] bytes) {
        this.address = address;
        this.bytes = bytes;
    }

    /** Where it belongs; a {@code ret} with rsp at this address starts the way back. */
    long address() {
        return address;
    }

    /** From {@link #address} upwards. */
    byte[] bytes() {
        return bytes;
    }

    /**
     * The frame of a stopped thread.
     *
     * @param registers where it shall come back; a system call that the kernel would restart must be set back already, a signal return does not restart it
     * @param signalReturn address of the code that calls rt_sigreturn
     */
    static SignalFrame of(StoppedThread thread, Registers registers, long signalReturn) throws AttachException {
        byte[] extended = new byte[MAX_XSTATE];
        long got = Ptrace.getExtendedState(thread.tid(), extended);
        thread.check(got, "read the vector registers");
        return build(registers, thread.signalMask(), Arrays.copyOf(extended, (int) got), signalReturn);
    }

    static SignalFrame build(Registers registers, long mask, byte[] extended, long signalReturn) {
        long features = Bytes.getLong(extended, SOFTWARE_BYTES_OFFSET);
        int extendedSize = extended.length;
        if ((features >> TILE_DATA & 1) != 0 && (Bytes.getLong(extended, XSTATE_BV_OFFSET) >> TILE_DATA & 1) == 0) {
            // The kernel takes no image with room for tiles from a thread that never asked for them.
            features &= ~(1L << TILE_DATA);
            extendedSize = Cpuid.query(0xd, TILE_DATA)[1];
        }
        long fpstate = (registers.rsp() - RED_ZONE - extendedSize - 4) & -64;
        long address = ((fpstate - SIZE) & -16) - 8;
        int image = (int) (fpstate - address);
        byte[] bytes = new byte[image + extendedSize + 4];
        Bytes.putLong(bytes, 0, signalReturn);
        Bytes.putLong(bytes, 8, UC_FLAGS);
        Bytes.putInt(bytes, ALTERNATE_STACK_FLAGS_OFFSET, KEEP_ALTERNATE_STACK);
        for (int i = 0; i < ORDER.length; i++) {
            Bytes.putLong(bytes, SIGCONTEXT_OFFSET + 8 * i, registers.get(ORDER[i]));
        }
        Bytes.putShort(bytes, SEGMENTS_OFFSET, registers.get(Registers.CS));
        Bytes.putShort(bytes, SEGMENTS_OFFSET + 2, registers.get(Registers.GS));
        Bytes.putShort(bytes, SEGMENTS_OFFSET + 4, registers.get(Registers.FS));
        Bytes.putShort(bytes, SEGMENTS_OFFSET + 6, registers.get(Registers.SS));
        Bytes.putLong(bytes, FPSTATE_OFFSET, fpstate);
        Bytes.putLong(bytes, MASK_OFFSET, mask);
        System.arraycopy(extended, 0, bytes, image, extendedSize);
        Bytes.putInt(bytes, image + SOFTWARE_BYTES_OFFSET, FP_XSTATE_MAGIC1);
        Bytes.putInt(bytes, image + SOFTWARE_BYTES_OFFSET + 4, extendedSize + 4);
        Bytes.putLong(bytes, image + SOFTWARE_BYTES_OFFSET + 8, features);
        Bytes.putInt(bytes, image + SOFTWARE_BYTES_OFFSET + 16, extendedSize);
        Bytes.putInt(bytes, image + extendedSize, FP_XSTATE_MAGIC2);
        return new SignalFrame(address, bytes);
    }
}
