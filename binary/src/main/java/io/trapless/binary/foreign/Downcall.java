package io.trapless.binary.foreign;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Calls native functions that take up to seven integers or pointers and give one, or nothing. There is one method handle for all of them: the JVM makes code for each type of function that is linked, which takes longer than all calls of
 * a short command. An argument that a function does not have is in a register that it does not read, or on the stack above what it reads (System V psABI, 3.2.3).
 *
 * <p>Of a function that gives an {@code int} only the lower half of the result counts: cast it. Memory whose address is passed has to outlive the call, so it must not be the garbage collector's to free. Any thread.
 */
public final class Downcall {
    @SuppressWarnings("restricted") // calling native code is what this class is for
    private static final MethodHandle ANY = Linker.nativeLinker()
            .downcallHandle(FunctionDescriptor.of(
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG));

    private Downcall() {}

    /** A function of the C library. */
    public static MemorySegment libc(String name) {
        return Linker.nativeLinker().defaultLookup().findOrThrow(name);
    }

    public static long call(MemorySegment function) {
        return call(function, 0, 0, 0, 0, 0, 0, 0);
    }

    public static long call(MemorySegment function, long a) {
        return call(function, a, 0, 0, 0, 0, 0, 0);
    }

    public static long call(MemorySegment function, long a, long b) {
        return call(function, a, b, 0, 0, 0, 0, 0);
    }

    public static long call(MemorySegment function, long a, long b, long c) {
        return call(function, a, b, c, 0, 0, 0, 0);
    }

    public static long call(MemorySegment function, long a, long b, long c, long d) {
        return call(function, a, b, c, d, 0, 0, 0);
    }

    public static long call(MemorySegment function, long a, long b, long c, long d, long e) {
        return call(function, a, b, c, d, e, 0, 0);
    }

    public static long call(MemorySegment function, long a, long b, long c, long d, long e, long f, long g) {
        try {
            return (long) ANY.invokeExact(function, a, b, c, d, e, f, g);
        } catch (RuntimeException | Error unexpected) {
            throw unexpected;
        } catch (Throwable impossible) {
            throw new AssertionError("a downcall without upcalls cannot throw", impossible);
        }
    }
}
