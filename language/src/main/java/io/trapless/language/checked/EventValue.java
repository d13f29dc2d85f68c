package io.trapless.language.checked;

import io.trapless.language.types.Type;
import io.trapless.language.types.Types;

/** What a handler may ask about its event, its process and its tracer. All of it is known outside the target, from the record's header or from the process. */
public enum EventValue {
    /** Process id of the thread that ran into the probe; the tracer's own in moments of the tracer. */
    PID,
    TID,
    UID,
    GID,
    /** The CPU's number. */
    CPU,
    NUMA_NODE,
    /** Name of the thread, at most 15 bytes. */
    COMM,
    PARENT_PID,
    PARENT_COMM,
    /** Time of the event, CLOCK_BOOTTIME. */
    NSECS_BOOT,
    /** CLOCK_MONOTONIC. */
    NSECS_MONOTONIC,
    /** CLOCK_TAI. */
    NSECS_TAI,
    /** Nanoseconds since the program began. */
    ELAPSED,
    /** A new random number at each evaluation. */
    RANDOM,
    /** Number of possible CPUs. */
    CPU_COUNT,
    /** Process id of the command of {@code -c}; 0 if there is none. */
    CHILD_PID,
    /** Whether the event came from user mode: 1. */
    USER_MODE,
    /** The full name of the probe that fired, wildcards resolved. */
    PROBE,
    /** The function in which the probe stands, which prints as its name. */
    FUNCTION,
    /** Identity of the file in which the probe stands: only to tell files apart. */
    MODULE_ID;

    public Type type() {
        return switch (this) {
            case PID, TID, PARENT_PID -> Types.UINT32;
            case UID,
                    GID,
                    CPU,
                    NUMA_NODE,
                    NSECS_BOOT,
                    NSECS_MONOTONIC,
                    NSECS_TAI,
                    ELAPSED,
                    RANDOM,
                    CPU_COUNT,
                    CHILD_PID,
                    MODULE_ID -> Types.UINT64;
            case COMM, PARENT_COMM -> new Type.Str(16);
            case USER_MODE -> Types.UINT8;
            case PROBE -> new Type.Str(1024);
            case FUNCTION -> new Type.Special(Type.Special.Kind.USYM);
        };
    }
}
