package io.trapless.tracer.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * File descriptors. For files under /proc, where an open descriptor names a process and not a path, and where an answer must be had without warming up
 * java.nio first. Methods return the kernel's result (an error is the negated number) unless they say otherwise. Any thread.
 */
public final class Descriptors {
    public static final int O_RDONLY = 0;
    public static final int O_RDWR = 2;
    public static final int O_DIRECTORY = 0x10000;
    public static final int O_NOFOLLOW = 0x20000;
    public static final int O_CLOEXEC = 0x80000;

    private static final int AT_FDCWD = -100;
    private static final int POLLIN = 1;
    private static final int CHUNK = 16 * 1024;

    private Descriptors() {}

    /** A system call that takes a path. */
    interface PathCall {
        /** @param name address of the path as a C string, for as long as this takes */
        long of(long name);
    }

    static long withPath(String path, PathCall call) {
        byte[] bytes = path.getBytes(StandardCharsets.UTF_8);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocate(bytes.length + 1L);
            MemorySegment.copy(bytes, 0, name, ValueLayout.JAVA_BYTE, 0, bytes.length);
            return call.of(name.address());
        }
    }

    /** Opens {@code path}, always with O_CLOEXEC. */
    public static long open(String path, int flags) {
        return withPath(path, name -> Syscalls.call(Syscalls.OPENAT, AT_FDCWD, name, flags | O_CLOEXEC, 0));
    }

    /** Waits until a descriptor can be read from: 1 then, 0 after the time-out (milliseconds; -1: none), or an error. */
    static long awaitInput(int fd, int timeoutMillis) {
        MemorySegment entry = Syscalls.scratch(); // struct pollfd
        entry.set(ValueLayout.JAVA_INT, 0, fd);
        entry.set(ValueLayout.JAVA_INT, 4, POLLIN);
        return Syscalls.call(Syscalls.POLL, entry.address(), 1, timeoutMillis);
    }

    /** Gives a part of a file its memory, or room on its disk, without writing to it: it reads as zeroes (fallocate(2)). Not every file system can do that. */
    public static long allocate(int fd, long offset, long length) {
        return Syscalls.call(Syscalls.FALLOCATE, fd, 0, offset, length);
    }

    public static void close(int fd) {
        Syscalls.call(Syscalls.CLOSE, fd);
    }

    /** Reads up to {@code length} bytes at {@code position} into {@code into}; returns the count read, 0 at the end, or an error. */
    public static long pread(int fd, byte[] into, int offset, int length, long position) {
        MemorySegment scratch = Syscalls.scratch();
        int done = 0;
        while (done < length) {
            int part = Math.min(length - done, Syscalls.SCRATCH_SIZE);
            long got = Syscalls.call(Syscalls.PREAD64, fd, scratch.address(), part, position + done);
            if (got <= 0) {
                return done > 0 ? done : got;
            }
            MemorySegment.copy(scratch, ValueLayout.JAVA_BYTE, 0, into, offset + done, (int) got);
            done += (int) got;
        }
        return done;
    }

    /** Reads as many little-endian words of 8 bytes as {@code into} has; returns how many were read, whole ones, or an error. */
    public static long preadWords(int fd, long[] into, long position) {
        MemorySegment scratch = Syscalls.scratch();
        int done = 0;
        while (done < into.length) {
            int part = Math.min(into.length - done, Syscalls.SCRATCH_SIZE / Long.BYTES);
            long got = Syscalls.call(
                    Syscalls.PREAD64,
                    fd,
                    scratch.address(),
                    (long) part * Long.BYTES,
                    position + (long) done * Long.BYTES);
            if (got < Long.BYTES) {
                return done > 0 ? done : Math.min(got, 0);
            }
            int words = (int) (got / Long.BYTES);
            MemorySegment.copy(scratch, ValueLayout.JAVA_LONG, 0, into, done, words);
            done += words;
        }
        return done;
    }

    /** Writes up to {@code length} bytes at {@code position}; returns the count written or an error. */
    public static long pwrite(int fd, byte[] from, int offset, int length, long position) {
        MemorySegment scratch = Syscalls.scratch();
        int done = 0;
        while (done < length) {
            int part = Math.min(length - done, Syscalls.SCRATCH_SIZE);
            MemorySegment.copy(from, offset + done, scratch, ValueLayout.JAVA_BYTE, 0, part);
            long put = Syscalls.call(Syscalls.PWRITE64, fd, scratch.address(), part, position + done);
            if (put <= 0) {
                return done > 0 ? done : put;
            }
            done += (int) put;
        }
        return done;
    }

    /** The whole of a file that may not know its size.
     *
     * @throws LinuxException if it cannot be opened or read
     */
    public static byte[] readAll(String path) {
        int fd = (int) LinuxException.check(open(path, O_RDONLY), "open " + path);
        try {
            byte[] buffer = new byte[CHUNK];
            int size = 0;
            while (true) {
                if (size == buffer.length) {
                    buffer = Arrays.copyOf(buffer, size * 2);
                }
                MemorySegment scratch = Syscalls.scratch();
                int room = Math.min(buffer.length - size, Syscalls.SCRATCH_SIZE);
                long got =
                        LinuxException.check(Syscalls.call(Syscalls.READ, fd, scratch.address(), room), "read " + path);
                if (got == 0) {
                    return Arrays.copyOf(buffer, size);
                }
                MemorySegment.copy(scratch, ValueLayout.JAVA_BYTE, 0, buffer, size, (int) got);
                size += (int) got;
            }
        } finally {
            close(fd);
        }
    }

    /** {@link #readAll} as text; bytes that are not UTF-8 become replacement characters. */
    public static String readText(String path) {
        return new String(readAll(path), StandardCharsets.UTF_8);
    }

    /**
     * Fills {@code into} with the names of {@code directory} (an open descriptor) that are decimal numbers; returns how many there are, which may be more than fit,
     * or an error.
     */
    public static int listNumbers(int directory, int[] into) {
        MemorySegment scratch = Syscalls.scratch();
        Syscalls.call(Syscalls.LSEEK, directory, 0, 0);
        byte[] entries = new byte[CHUNK];
        int count = 0;
        while (true) {
            int got = (int) Syscalls.call(Syscalls.GETDENTS64, directory, scratch.address(), CHUNK);
            if (got <= 0) {
                return got < 0 ? got : count;
            }
            MemorySegment.copy(scratch, ValueLayout.JAVA_BYTE, 0, entries, 0, got);
            for (int at = 0; at < got; at += (entries[at + 16] & 0xff) | (entries[at + 17] & 0xff) << 8) {
                int number = parseNumber(entries, at + 19);
                if (number >= 0) {
                    if (count < into.length) {
                        into[count] = number;
                    }
                    count++;
                }
            }
        }
    }

    /** A NUL-terminated decimal number, or -1. */
    private static int parseNumber(byte[] bytes, int at) {
        int value = 0;
        for (int i = at; bytes[i] != 0; i++) {
            if (bytes[i] < '0' || bytes[i] > '9') {
                return -1;
            }
            value = value * 10 + bytes[i] - '0';
        }
        return value;
    }
}
