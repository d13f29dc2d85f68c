package io.trapless.binary.flow;

import java.util.List;

/** An image that is made of given parts. */
@SuppressWarnings("ArrayRecordComponent")
record TestImage(
        List<Section> executableSections,
        List<Section> dataSections,
        boolean isPositionIndependent,
        long[] codePointers,
        List<CodeRange> functions,
        long[] landingPads,
        List<RestartableSequence> restartableSequences)
        implements ImageView {

    /** Code at one address, one function that is all of it, and nothing else. */
    static TestImage ofFunction(long address, byte[] code) {
        return new TestImage(
                List.of(new Section(address, code)),
                List.of(),
                true,
                new long[0],
                List.of(new CodeRange(address, address + code.length)),
                new long[0],
                List.of());
    }
}
