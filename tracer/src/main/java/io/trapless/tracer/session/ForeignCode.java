package io.trapless.tracer.session;

import io.trapless.tracer.attach.TargetProcess;

/** Who may have changed a process's code before us. */
final class ForeignCode {
    private final TargetProcess process;

    ForeignCode(TargetProcess process) {
        this.process = process;
    }

    /** The end of a sentence. */
    String whose(long address) {
        return "another tracer or a debugger has changed it at 0x" + Long.toHexString(address) + " in process "
                + process.pid();
    }
}
