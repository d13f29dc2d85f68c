package io.trapless.tracer.ring;

import java.io.IOException;
import java.lang.foreign.MemorySegment;

/** Where records come from that no ring of the session holds: the consumer asks for them as it looks at its rings, and writes them to the same trace. The consumer's thread only. */
public interface EventSource {
    /** Takes what a source has. */
    interface Output {
        /**
         * Takes one record; those of one CPU must come in the order of their times.
         *
         * @param record laid out as {@link io.trapless.layout.RecordDescriptor} says; it is checked as any other
         */
        void record(int cpu, MemorySegment record) throws IOException;

        /** Events with this id that the source has lost in addition to what it told before. */
        void lost(int cpu, int eventId, long events);
    }

    /** Hands over what has come since the last call; whether anything has. */
    boolean poll(Output output) throws IOException;

    /** Hands over what is left, losses too that no record has told of: nothing comes any more. */
    void drain(Output output) throws IOException;
}
