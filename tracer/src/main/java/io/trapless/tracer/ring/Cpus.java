package io.trapless.tracer.ring;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The machine's CPUs as the kernel numbers them; source: Documentation/admin-guide/cputopology.rst. */
public final class Cpus {
    private static final Path SYSFS = Path.of("/sys/devices/system/cpu");

    private Cpus() {}

    /** One more than the highest number that a CPU of this machine can ever have; rseq's cpu_id is below it. */
    public static int possibleCount() throws IOException {
        return endOfList(Files.readString(SYSFS.resolve("possible")));
    }

    /** One more than the highest number of a CPU that is online now. */
    public static int onlineEnd() throws IOException {
        return endOfList(Files.readString(SYSFS.resolve("online")));
    }

    /** One more than the largest number in a kernel CPU list such as {@code 0-3,8}. */
    static int endOfList(String list) {
        String text = list.strip();
        int start = Math.max(text.lastIndexOf(','), text.lastIndexOf('-')) + 1;
        return Integer.parseInt(text, start, text.length(), 10) + 1;
    }
}
