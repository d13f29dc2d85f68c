package io.trapless.tracer.trap;

import io.trapless.language.slice.CaptureProgram;
import io.trapless.tracer.trampoline.ArgumentLocation;
import java.util.List;

/**
 * One place that gets a breakpoint.
 *
 * @param eventId of its records
 * @param file path through which the kernel finds the very file that the target has mapped
 * @param fileOffset of the instruction, bytes
 * @param counterOffset of a 16-bit counter in the file that is raised while the trap is set, an SDT semaphore; 0 if there is none
 * @param program filter and captures, of registers only: see {@link RegisterCaptures#refusal}
 * @param arguments where its arguments stand; empty for those of a function
 * @param trigger the slot in which it is marked that this has fired, or {@link io.trapless.tracer.trampoline.SiteProbe#NO_TRIGGER}
 */
public record TrapProbe(
        int eventId,
        String file,
        long fileOffset,
        long counterOffset,
        CaptureProgram program,
        List<ArgumentLocation> arguments,
        int trigger) {
    public TrapProbe {
        arguments = List.copyOf(arguments);
    }
}
