package io.trapless.script.runtime;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** Names of numbers, from a list of lines {@code NUMBER NAME}; read when first asked. */
@SuppressWarnings("ImmutableEnumChecker") // filled once, by the handlers' thread
enum NameTable {
    /** Error numbers, by glibc's {@code strerror}. */
    ERRORS("errors.txt", "Unknown error"),
    /** Signals, by glibc's {@code strsignal}. */
    SIGNALS("signals.txt", "N/A"),
    /** System calls of x86-64, by the kernel's {@code asm/unistd_64.h}. */
    SYSCALLS("syscalls.txt", "Unknown syscall");

    private final String file;
    private final String unknown;

    @SuppressWarnings("ImmutableEnumChecker") // filled once, by the constructor
    private final Map<Long, String> names = new HashMap<>();

    NameTable(String file, String unknown) {
        this.file = file;
        this.unknown = unknown;
    }

    /** The name of {@code number}, or the word for a number without one. */
    String name(long number) {
        if (names.isEmpty()) {
            read();
        }
        return names.getOrDefault(number, unknown);
    }

    private void read() {
        try (InputStream in = NameTable.class.getResourceAsStream(file)) {
            if (in == null) {
                throw new IllegalStateException(file + " is missing from the build");
            }
            new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().forEach(line -> {
                int space = line.indexOf(' ');
                names.put(Long.parseLong(line.substring(0, space)), line.substring(space + 1));
            });
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
