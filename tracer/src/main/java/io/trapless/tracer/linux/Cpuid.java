package io.trapless.tracer.linux;

import io.trapless.binary.foreign.Downcall;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The {@code cpuid} instruction. */
public final class Cpuid {
    /** mov r8,rbx; mov r9,rdx; mov eax,edi; mov ecx,esi; cpuid; store eax, ebx, ecx, edx at r9; mov rbx,r8; ret. */
    private static final MemorySegment QUERY = MachineCode.page(
            MachineCode.bytes("4989d8 4989d1 89f8 89f1 0fa2 418901 41895904 41894908 4189510c 4c89c3 c3"));

    private Cpuid() {}

    /** eax, ebx, ecx and edx of a leaf and subleaf. */
    public static int[] query(int leaf, int subleaf) {
        MemorySegment result = Syscalls.scratch();
        Downcall.call(QUERY, leaf, subleaf, result.address());
        int[] registers = new int[4];
        MemorySegment.copy(result, ValueLayout.JAVA_INT, 0, registers, 0, 4);
        return registers;
    }
}
