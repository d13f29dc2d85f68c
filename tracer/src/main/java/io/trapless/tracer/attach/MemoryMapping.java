package io.trapless.tracer.attach;

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
    static List<MemoryMapping> parseAll(String maps) {
        List<MemoryMapping> mappings = new ArrayList<>();
        int at = 0;
        while (at < maps.length()) {
            int end = maps.indexOf('\n', at);
            end = end < 0 ? maps.length() : end;
            if (end > at) {
                MemoryMapping mapping = parse(maps.substring(at, end));
                if (mapping.start() >= 0) {
                    mappings.add(mapping);
                }
            }
            at = end + 1;
        }
        return List.copyOf(mappings);
    }

    private static MemoryMapping parse(String line) {
        int dash = line.indexOf('-');
        int rights = line.indexOf(' ') + 1;
        int offset = rights + 5;
        int device = line.indexOf(' ', offset) + 1;
        int colon = line.indexOf(':', device);
        int inode = line.indexOf(' ', device) + 1;
        int inodeEnd = line.indexOf(' ', inode);
        inodeEnd = inodeEnd < 0 ? line.length() : inodeEnd;
        String path = unescape(line.substring(inodeEnd).stripLeading());
        boolean deleted = path.endsWith(DELETED);
        long major = Long.parseLong(line, device, colon, 16);
        long minor = Long.parseLong(line, colon + 1, inode - 1, 16);
        return new MemoryMapping(
                Long.parseUnsignedLong(line, 0, dash, 16),
                Long.parseUnsignedLong(line, dash + 1, rights - 1, 16),
                line.charAt(rights) == 'r',
                line.charAt(rights + 1) == 'w',
                line.charAt(rights + 2) == 'x',
                line.charAt(rights + 3) == 's',
                Long.parseLong(line, offset, device - 1, 16),
                makeDevice(major, minor),
                Long.parseLong(line, inode, inodeEnd, 10),
                deleted ? path.substring(0, path.length() - DELETED.length()) : path,
                deleted);
    }

    /** As gnu_dev_makedev (sysmacros.h). */
    private static long makeDevice(long major, long minor) {
        return (minor & 0xff) | (major & 0xfff) << 8 | (minor & ~0xffL) << 12 | (major & ~0xfffL) << 32;
    }

    /** The kernel writes a newline in a name as \012. */
    private static String unescape(String path) {
        return path.replace("\\012", "\n");
    }
}
