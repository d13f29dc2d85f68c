package io.trapless.tracer.ring;

/**
 * What a consumer has done so far.
 *
 * @param events records handed to the sink
 * @param bytes bytes of those records, packet headers not counted
 * @param packets packets handed to the sink
 * @param lost events that writers counted as lost, all rings
 * @param malformedPackets packets that were cut because something in them was no record: the target scribbled on its rings
 * @param rejectedHeads impossible write positions that were seen and ignored, for the same reason
 * @param mendedTimes records that claimed an impossible time and got their predecessor's
 * @param holes places that a writer reserved in an atomic ring and never filled, because it was killed
 * @param overtakenSubBuffers sub-buffers that were written over while a snapshot was being taken
 * @param ringsBlockedByHole atomic rings that wait for such a place to be filled now
 */
public record ConsumerStatistics(
        long events,
        long bytes,
        long packets,
        long lost,
        long malformedPackets,
        long rejectedHeads,
        long mendedTimes,
        long holes,
        long overtakenSubBuffers,
        int ringsBlockedByHole) {
    /** Of nothing. */
    static final ConsumerStatistics ZERO = new ConsumerStatistics(0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
}
