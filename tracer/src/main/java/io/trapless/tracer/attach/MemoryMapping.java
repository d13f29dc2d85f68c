package io.trapless.tracer.attach;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * One line of /proc/PID/maps (proc_pid_maps(5)).
 *
 * @param start first address
 * @param end first address behind it
 * @param shared MAP_SHARED
 * @param offset bytes into the file
 * @param device major and minor number as {@code st_dev} encodes them (gnu_dev_makedev)
 * @param inode 0 for anonymous memory
 * @param path the file as the kernel names it in the target's mount namespace, without " (deleted)"; or "[heap]", "[stack]", "[vdso]" ...; or ""
 * @param deleted the file was unlinked or replaced after it was mapped
 */
public record MemoryMapping(
        long start,
        long end,
        boolean readable,
        boolean writable,
        boolean executable,
        boolean shared,
        long offset,
        long device,
        long inode,
        String path,
        boolean deleted) {

    private static final String DELETED = " (deleted)";

    public boolean contains(long address) {
        return address >= start && address < end;
    }

    public long size() {
        return end - start;
    }

    /** Mapped from a file (not anonymous, not one of the kernel's own). */
    public boolean isFile() {
        return inode != 0;
    }

    /** Nothing may be done with it: a guard, or address space held back for later. */
    public boolean isInaccessible() {
        return !readable && !writable && !executable;
    }

    /** All lines of a maps file, in order of address, without [vsyscall], which lies in the kernel's half and cannot be read. */
    static List<MemoryMapping> parseAll(byte[] maps) {
        List<MemoryMapping> mappings = new ArrayList<>();
        Cursor cursor = new Cursor(maps);
        while (cursor.at < maps.length) {
            MemoryMapping mapping = cursor.line();
            if (mapping.start() >= 0) {
                mappings.add(mapping);
            }
        }
        return List.copyOf(mappings);
    }

    /** Reads lines byte by byte, in loops of its own: a map is read while threads stand still, by a JVM that has hardly begun and would interpret every call for a character. */
    private static final class Cursor {
        private final byte[] text;
        int at;

        Cursor(byte[] text) {
            this.text = text;
        }

        MemoryMapping line() {
            long start = hexadecimal();
            long end = hexadecimal();
            boolean readable = text[at] == 'r';
            boolean writable = text[at + 1] == 'w';
            boolean executable = text[at + 2] == 'x';
            boolean shared = text[at + 3] == 's';
            at += 5;
            long offset = hexadecimal();
            long major = hexadecimal();
            long minor = hexadecimal();
            long inode = 0;
            while (text[at] >= '0') {
                inode = 10 * inode + text[at++] - '0';
            }
            String path = rest();
            boolean deleted = path.endsWith(DELETED);
            return new MemoryMapping(
                    start,
                    end,
                    readable,
                    writable,
                    executable,
                    shared,
                    offset,
                    makeDevice(major, minor),
                    inode,
                    deleted ? path.substring(0, path.length() - DELETED.length()) : path,
                    deleted);
        }

        /** Digits, and what ends them. */
        private long hexadecimal() {
            byte[] bytes = text;
            int i = at;
            long value = 0;
            for (int digit = bytes[i++]; digit >= '0' && digit != ':'; digit = bytes[i++]) {
                value = value << 4 | (digit > '9' ? digit - 'a' + 10 : digit - '0');
            }
            at = i;
            return value;
        }

        /** What stands behind blanks up to the line's end, and passes that. The kernel writes a newline in a name as "\\012". */
        private String rest() {
            byte[] bytes = text;
            int from = at;
            while (bytes[from] == ' ') {
                from++;
            }
            int to = from;
            while (to < bytes.length && bytes[to] != '\n') {
                to++;
            }
            at = to + 1;
            if (to == from) {
                return "";
            }
            String path = new String(bytes, from, to - from, StandardCharsets.UTF_8);
            return path.indexOf('\\') < 0 ? path : path.replace("\\012", "\n");
        }
    }

    /** As gnu_dev_makedev (sysmacros.h). */
    private static long makeDevice(long major, long minor) {
        return (minor & 0xff) | (major & 0xfff) << 8 | (minor & ~0xffL) << 12 | (major & ~0xfffL) << 32;
    }
}
