package io.trapless.tracer.session;

import io.trapless.tracer.attach.AttachException;
import io.trapless.tracer.attach.TargetProcess;
import java.util.List;

/** USDT semaphores: 16-bit counters of the tools that watch a probe; the program prepares the probe's arguments only while one is not 0 (systemtap's sys/sdt.h). */
final class Semaphores {
    private Semaphores() {}

    /** Adds {@code change} to each, while all threads stand still; one that would leave its range stays as it is. */
    static void add(TargetProcess target, List<Long> addresses, int change) throws AttachException {
        for (long address : addresses) {
            byte[] bytes = target.readMemory(address, 2);
            int value = ((bytes[0] & 0xFF) | ((bytes[1] & 0xFF) << 8)) + change;
            if (value >= 0 && value <= 0xFFFF) {
                target.writeMemory(address, new byte[] {(byte) value, (byte) (value >> 8)});
            }
        }
    }
}
