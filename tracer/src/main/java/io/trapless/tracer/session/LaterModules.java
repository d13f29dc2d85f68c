package io.trapless.tracer.session;

import io.trapless.language.syntax.ProbePattern;
import io.trapless.tracer.attach.TargetProcess;
import io.trapless.tracer.resolve.LibrarySearch;

/** Which modules that a process has not mapped are waited for. */
enum LaterModules {
    /** Those whose file exists: a name that means nothing at all is a mistake. */
    EXISTING {
        @Override
        boolean mayCome(TargetProcess process, ProbePattern pattern) {
            return LibrarySearch.exists(process, pattern.module());
        }
    },
    /** All: the process, or what it becomes, may be anything. */
    ALL {
        @Override
        boolean mayCome(TargetProcess process, ProbePattern pattern) {
            return true;
        }
    };

    abstract boolean mayCome(TargetProcess process, ProbePattern pattern);
}
