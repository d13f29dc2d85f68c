package io.trapless.tracer.session;

import io.trapless.tracer.ring.ConsumerStatistics;
import java.util.List;

/** Says in words what a consumer saw that should not be. */
final class Notices {
    private Notices() {}

    static void addTo(List<String> notices, ConsumerStatistics statistics) {
        if (statistics.malformedPackets() > 0 || statistics.rejectedHeads() > 0) {
            notices.add(statistics.malformedPackets()
                    + " packets held bytes that are no record and were cut: a target has written over its rings");
        }
        if (statistics.mendedTimes() > 0) {
            notices.add(statistics.mendedTimes() + " records claimed an impossible time and got their predecessor's");
        }
        if (statistics.overtakenSubBuffers() > 0) {
            notices.add(statistics.overtakenSubBuffers() + " sub-buffers were written over while they were read");
        }
    }
}
