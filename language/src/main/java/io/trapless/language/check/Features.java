package io.trapless.language.check;

import io.trapless.language.checked.Settings.Unstable;
import io.trapless.language.diagnostic.Finding;
import io.trapless.language.diagnostic.Span;

/** Features that bpftrace calls unstable. */
final class Features {
    private Features() {}

    static void requireTypeinfo(ActionState state, Span span) {
        require(state, span, "typeinfo", "unstable_typeinfo", state.program.settings.typeinfo());
    }

    static void requireTimeSeries(ActionState state, Span span) {
        require(state, span, "tseries", "unstable_tseries", state.program.settings.tseries());
    }

    static void requireDwarfStack(ActionState state, Span span) {
        require(
                state,
                span,
                "dw_ustack (DWARF stack unwinding)",
                "unstable_dw_ustack",
                state.program.settings.dwarfStack());
    }

    private static void require(ActionState state, Span span, String feature, String setting, Unstable how) {
        switch (how) {
            case ENABLE -> {}
            case WARN ->
                state.warn(Finding.warning(
                        null,
                        "Script is using an unstable feature: " + feature
                                + ". To prevent this warning you must explicitly enable it in the config e.g. "
                                + setting + "=enable"));
            case ERROR ->
                throw state.fail(
                        span,
                        feature
                                + " feature is not enabled by default. To enable this unstable feature, set the config flag to enable. "
                                + setting + "=enable");
        }
    }
}
