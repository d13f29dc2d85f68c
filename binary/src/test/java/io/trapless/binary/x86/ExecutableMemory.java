package io.trapless.binary.x86;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** Memory of this process that code can be written to and run from. */
@SuppressWarnings("restricted")
public final class ExecutableMemory implements AutoCloseable {
    private static final int PROT_READ_WRITE_EXEC = 7;
    private static final int MAP_PRIVATE_ANONYMOUS = 0x22;
    private static final MethodHandle MMAP = handle(
            "mmap",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_LONG));
    private static final MethodHandle MUNMAP =
            handle("munmap", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));

    private final MemorySegment memory;

    public ExecutableMemory(int sizeBytes) {
        try {
            long address =
                    (long) MMAP.invokeExact(0L, (long) sizeBytes, PROT_READ_WRITE_EXEC, MAP_PRIVATE_ANONYMOUS, -1, 0L);
            if (address == -1) {
                throw new IllegalStateException("this test needs memory that is writable and executable");
            }
            memory = MemorySegment.ofAddress(address).reinterpret(sizeBytes);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    public long address() {
        return memory.address();
    }

    public MemorySegment memory() {
        return memory;
    }

    public void write(long offset, byte[] bytes) {
        MemorySegment.copy(bytes, 0, memory, ValueLayout.JAVA_BYTE, offset, bytes.length);
    }

    /** Calls the code at an offset as a function without arguments. */
    public void call(long offset) {
        try {
            MethodHandle function = Linker.nativeLinker()
                    .downcallHandle(MemorySegment.ofAddress(address() + offset), FunctionDescriptor.ofVoid());
            function.invokeExact();
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        try {
            int ignored = (int) MUNMAP.invokeExact(memory.address(), memory.byteSize());
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private static MethodHandle handle(String name, FunctionDescriptor descriptor) {
        return Linker.nativeLinker()
                .downcallHandle(
                        SymbolLookup.loaderLookup()
                                .find(name)
                                .or(() -> Linker.nativeLinker().defaultLookup().find(name))
                                .orElseThrow(),
                        descriptor);
    }
}
