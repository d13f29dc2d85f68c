package io.trapless.language.types;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How a stack is printed; bpftrace's names. */
public enum StackMode {
    /** {@code symbol+offset}. */
    BPFTRACE,
    /** {@code address symbol+offset (module)}. */
    PERF,
    /** {@code address}. */
    RAW,
    /** Build id and file offset. */
    BUILD_ID;

    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The mode of that name, or null. */
    public static @Nullable StackMode of(String text) {
        for (StackMode mode : values()) {
            if (mode.text().equals(text)) {
                return mode;
            }
        }
        return null;
    }
}
