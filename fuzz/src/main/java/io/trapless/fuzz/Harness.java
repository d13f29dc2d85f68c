package io.trapless.fuzz;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/** The harness that the system property names. */
final class Harness {
    private static final MethodHandle METHOD = find();

    private Harness() {}

    private static MethodHandle find() {
        try {
            Class<?> type = Class.forName(System.getProperty(Target.HARNESS_PROPERTY));
            return MethodHandles.lookup()
                    .findStatic(type, "fuzzerTestOneInput", MethodType.methodType(void.class, byte[].class));
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(e.getMessage(), e);
        }
    }

    static void run(byte[] input) {
        try {
            METHOD.invokeExact(input);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }
}
