package io.trapless.cli;

import io.trapless.cli.action.BenchAction;
import io.trapless.cli.action.ControlAction;
import io.trapless.cli.action.CoverageAction;
import io.trapless.cli.action.DemoAction;
import io.trapless.cli.action.DetachAction;
import io.trapless.cli.action.ListAction;
import io.trapless.cli.action.PreloadAction;
import io.trapless.cli.action.RecordAction;
import io.trapless.cli.action.RecoverAction;
import io.trapless.cli.action.SessionRecordAction;
import io.trapless.cli.action.SessionsAction;
import io.trapless.cli.action.ViewAction;
import io.trapless.cli.program.ProgramAction;

/** Where the commands meet the modules that do their work. One line a method, so that a command loads only what it needs. */
final class Wiring implements Actions {

    @Override
    public Outcome record(RecordRequest request, Terminal terminal) throws Exception {
        return RecordAction.run(request, terminal);
    }

    @Override
    public Outcome recordSession(SessionRecordRequest request, Terminal terminal) throws Exception {
        return SessionRecordAction.run(request, terminal);
    }

    @Override
    public Outcome list(ListRequest request, Terminal terminal) throws Exception {
        return ListAction.run(request, terminal);
    }

    @Override
    public Outcome coverage(CoverageRequest request, Terminal terminal) throws Exception {
        return CoverageAction.run(request, terminal);
    }

    @Override
    public Outcome view(ViewRequest request, Terminal terminal) throws Exception {
        return ViewAction.run(request, terminal);
    }

    @Override
    public Outcome sessions(SessionsRequest request, Terminal terminal) throws Exception {
        return SessionsAction.run(request, terminal);
    }

    @Override
    public Outcome set(SetRequest request, Terminal terminal) throws Exception {
        return ControlAction.set(request, terminal);
    }

    @Override
    public Outcome snapshot(SnapshotRequest request, Terminal terminal) throws Exception {
        return ControlAction.snapshot(request, terminal);
    }

    @Override
    public Outcome recover(RecoverRequest request, Terminal terminal) throws Exception {
        return RecoverAction.run(request, terminal);
    }

    @Override
    public Outcome preload(PreloadRequest request, Terminal terminal) throws Exception {
        return PreloadAction.run(request, terminal);
    }

    @Override
    public Outcome detach(DetachRequest request, Terminal terminal) throws Exception {
        return DetachAction.run(request, terminal);
    }

    @Override
    public Outcome demo(DemoRequest request, Terminal terminal) throws Exception {
        return DemoAction.run(request, terminal);
    }

    @Override
    public Outcome program(ProgramRequest request, Terminal terminal) throws Exception {
        return ProgramAction.run(request, terminal);
    }

    @Override
    public Outcome bench(BenchRequest request, Terminal terminal) throws Exception {
        return BenchAction.run(request, terminal);
    }
}
