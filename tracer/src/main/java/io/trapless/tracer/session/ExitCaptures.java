package io.trapless.tracer.session;

import io.trapless.language.slice.Capture;
import io.trapless.language.slice.CaptureType;
import io.trapless.language.slice.RegisterName;
import io.trapless.language.slice.Value;
import io.trapless.trace.pairing.PairingFields;

/** What is recorded beside the user's fields, so that readers can pair entries and exits. */
final class ExitCaptures {
    /** At an entry and at every exit of the same call it is the same: where the return address stands. */
    static final Capture STACK_POINTER = new Capture(
            PairingFields.STACK_POINTER,
            new CaptureType.Int(8, false, CaptureType.Base.HEX),
            new Value.Register(RegisterName.RSP, 8));

    /** Tells an exit by a jump to another function from a return. */
    static final Capture TAIL = new Capture(
            PairingFields.EXIT,
            new CaptureType.Int(1, false, CaptureType.Base.DEC),
            new Value.Constant(PairingFields.EXIT_BY_TAIL, 1, false));

    private ExitCaptures() {}
}
