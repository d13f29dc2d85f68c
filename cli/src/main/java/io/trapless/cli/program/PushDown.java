package io.trapless.cli.program;

import io.trapless.cli.ProgramRequest;
import io.trapless.language.checked.CheckedProgram;
import io.trapless.language.cut.PushDownPlan;
import java.util.Map;

/** Whether actions of a run are kept in tables of the target instead of being recorded. */
final class PushDown {
    /** 0: no action is. To find out what that changes. */
    private static final String SWITCH = "TRAPLESS_PUSH_DOWN";

    private PushDown() {}

    /** The plan of a run: none if its events are to be in a trace, or come out of one. */
    static PushDownPlan plan(CheckedProgram program, ProgramRequest request, Map<String, String> environment) {
        boolean recorded = request.save() != null || request.trace() != null;
        return recorded || "0".equals(environment.get(SWITCH)) ? PushDownPlan.none() : PushDownPlan.of(program);
    }
}
