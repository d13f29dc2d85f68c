package io.trapless.tracer.session;

import io.trapless.language.syntax.ProbePattern;
import io.trapless.tracer.attach.TargetProcess;
import io.trapless.tracer.resolve.LibrarySearch;

/** Which modules that a process has not mapped are waited for. */
enum LaterModules {
    /** Those whose file exists: a name that means nothing at all is a mistake. So is a function that no module has which is there. */
    EXISTING {
        @Override
        boolean mayCome(TargetProcess process, ProbePattern pattern, boolean noModule) {
            return noModule && LibrarySearch.exists(process, pattern.module());
        }
    },
    /** All: the process, or what it becomes, may be anything. */
    ALL {
        @Override
        boolean mayCome(TargetProcess process, ProbePattern pattern, boolean noModule) {
            return true;
        }
    };

    /**
     * Whether to wait for what a pattern means.
     *
     * @param noModule true if no module of that name is there; false if none of those that a pattern means has the function
     */
    abstract boolean mayCome(TargetProcess process, ProbePattern pattern, boolean noModule);
}
