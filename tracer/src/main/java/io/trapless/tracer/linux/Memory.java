package io.trapless.tracer.linux;

import java.lang.foreign.MemorySegment;

/** Mappings of the tracer's own address space. */
public final class Memory {
    public static final int PROT_NONE = 0;
    public static final int PROT_READ = 1;
    public static final int PROT_WRITE = 2;
    public static final int PROT_EXEC = 4;
    public static final int MAP_SHARED = 1;
    public static final int MAP_PRIVATE = 2;
    public static final int MAP_FIXED = 0x10;
    public static final int MAP_ANONYMOUS = 0x20;
    public static final int MAP_FIXED_NOREPLACE = 0x100000;

    private Memory() {}

    /** Maps {@code size} bytes anywhere; {@code fd} is -1 with MAP_ANONYMOUS. The segment lives until {@link #unmap}.
     *
     * @throws LinuxException with the kernel's reason
     */
    @SuppressWarnings("restricted") // the kernel vouches for address and size
    public static MemorySegment map(int fd, long size, int protection, int flags) {
        long address = LinuxException.check(Syscalls.call(Syscalls.MMAP, 0, size, protection, flags, fd, 0), "mmap");
        return MemorySegment.ofAddress(address).reinterpret(size);
    }

    /** Changes the protection of a whole mapping. */
    public static void protect(MemorySegment mapping, int protection) {
        LinuxException.check(
                Syscalls.call(Syscalls.MPROTECT, mapping.address(), mapping.byteSize(), protection), "mprotect");
    }

    /** Unmaps; nobody may touch the segment afterwards. */
    public static void unmap(MemorySegment mapping) {
        Syscalls.call(Syscalls.MUNMAP, mapping.address(), mapping.byteSize());
    }
}
