package io.trapless.tracer.attach;

import io.trapless.binary.flow.SignalReturn;
import io.trapless.tracer.attach.AttachRefusal.Reason;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Two pieces of code that stand in almost every process and that a remote call borrows.
 *
 * @param systemCall address of {@code syscall; ret}
 * @param signalReturn address of {@code mov $15, %eax; syscall}: rt_sigreturn(2), as each C library has it for its signal handlers
 */
public record Gadgets(long systemCall, long signalReturn) {
    private static final byte[] SYSCALL_RET = {0x0f, 0x05, (byte) 0xc3};
    private static final byte[][] SIGRETURN = SignalReturn.forms();
    private static final int CHUNK = 256 * 1024;
    private static final int OVERLAP = 16;

    /** Where they stand in what has been looked through already: a library is mapped by one program after another, and looking through all of it takes milliseconds. */
    private static final Map<Place, Gadgets> KNOWN = new ConcurrentHashMap<>();

    /** A mapping of a file, wherever it is. */
    private record Place(long device, long inode, long offset, long size) {
        static Place of(MemoryMapping mapping) {
            return new Place(mapping.device(), mapping.inode(), mapping.offset(), mapping.size());
        }
    }

    /**
     * Looks through the target's executable mappings. It reads memory and not files, so what it finds is what runs. Nobody need be stopped.
     *
     * @throws AttachException NO_GADGET
     */
    public static Gadgets find(TargetProcess target) throws AttachException {
        List<MemoryMapping> mappings = target.mappings();
        Gadgets known = known(target, mappings);
        if (known != null) {
            return known;
        }
        long systemCall = 0;
        long signalReturn = 0;
        byte[] chunk = new byte[CHUNK];
        // A C library has both: look there first.
        for (int pass = 0; pass < 2 && (systemCall == 0 || signalReturn == 0); pass++) {
            for (MemoryMapping mapping : mappings) {
                if (!mapping.executable() || !mapping.readable() || (pass == 0) != isLibc(mapping)) {
                    continue;
                }
                for (long at = mapping.start(); at < mapping.end(); at += CHUNK - OVERLAP) {
                    int size = target.tryReadMemory(at, chunk, 0, (int) Math.min(CHUNK, mapping.end() - at));
                    systemCall = systemCall != 0 ? systemCall : find(chunk, size, at, SYSCALL_RET);
                    signalReturn = signalReturn != 0 ? signalReturn : findSignalReturn(chunk, size, at);
                    if (systemCall != 0 && signalReturn != 0) {
                        Gadgets found = new Gadgets(systemCall, signalReturn);
                        found.keep(mapping);
                        return found;
                    }
                }
            }
        }
        throw target.refusal(
                Reason.NO_GADGET,
                "process " + target.pid() + " has no code for "
                        + (systemCall == 0 ? "a system call" : "a signal return")
                        + " that could be borrowed (a program without a C library?); it cannot be traced");
    }

    private static @Nullable Gadgets known(TargetProcess target, List<MemoryMapping> mappings) {
        for (MemoryMapping mapping : mappings) {
            Gadgets offsets = mapping.executable() && mapping.isFile() ? KNOWN.get(Place.of(mapping)) : null;
            if (offsets != null) {
                Gadgets found =
                        new Gadgets(mapping.start() + offsets.systemCall, mapping.start() + offsets.signalReturn);
                if (found.stand(target)) {
                    return found;
                }
            }
        }
        return null;
    }

    /** If both stand in this one. */
    private void keep(MemoryMapping mapping) {
        if (mapping.isFile() && mapping.contains(systemCall) && mapping.contains(signalReturn)) {
            KNOWN.put(Place.of(mapping), new Gadgets(systemCall - mapping.start(), signalReturn - mapping.start()));
        }
    }

    /** Whether the code still stands there. */
    boolean stand(TargetProcess target) {
        byte[] bytes = new byte[9];
        return target.tryReadMemory(systemCall, bytes, 0, 3) == 3
                && find(bytes, 3, systemCall, SYSCALL_RET) != 0
                && target.tryReadMemory(signalReturn, bytes, 0, 9) >= 7
                && findSignalReturn(bytes, 9, signalReturn) == signalReturn;
    }

    /** Whether {@code bytes} begins with a signal return. */
    static boolean isSignalReturn(byte[] bytes, int size) {
        return findSignalReturn(bytes, size, 1) == 1;
    }

    private static boolean isLibc(MemoryMapping mapping) {
        String name = mapping.path().substring(mapping.path().lastIndexOf('/') + 1);
        return name.startsWith("libc.") || name.startsWith("libc-") || name.startsWith("ld-musl");
    }

    private static long findSignalReturn(byte[] bytes, int size, long base) {
        long at = find(bytes, size, base, SIGRETURN[0]);
        return at != 0 ? at : find(bytes, size, base, SIGRETURN[1]);
    }

    private static long find(byte[] bytes, int size, long base, byte[] pattern) {
        int last = size - pattern.length;
        byte first = pattern[0];
        outer:
        for (int i = 0; i <= last; i++) {
            if (bytes[i] != first) {
                continue;
            }
            for (int k = 1; k < pattern.length; k++) {
                if (bytes[i + k] != pattern[k]) {
                    continue outer;
                }
            }
            return base + i;
        }
        return 0;
    }
}
