package io.trapless.language.check;

import io.trapless.language.checked.ProbeKind;
import io.trapless.language.diagnostic.Finding;
import io.trapless.language.diagnostic.Span;
import io.trapless.language.syntax.AttachPoint;
import io.trapless.language.types.Type;
import io.trapless.language.types.TypePromotion;
import java.util.ArrayList;
import java.util.List;

/** What the parts of the checker share while they walk through one action at one attach point. One thread. */
final class ActionState {
    /** How deep expressions and blocks may nest: the checker and what comes after it recurse. */
    private static final int MAX_DEPTH = 300;

    private static final int MAX_UNROLLED = 10_000;

    final ProgramState program;
    final AttachPoint point;
    final ProbeKind kind;
    final Variables variables = new Variables();
    private final List<Span> calls = new ArrayList<>();
    private int loops;
    private int introspection;
    private String introspector = "";
    private int depth;
    private long unrolled = 1;
    private int dead;

    ActionState(ProgramState program, AttachPoint point, ProbeKind kind) {
        this.program = program;
        this.point = point;
        this.kind = kind;
    }

    /** The probe's type as it is written in full: {@code begin}, {@code usdt}. */
    String provider() {
        String text = point.text();
        int colon = text.indexOf(':');
        return colon < 0 ? text : text.substring(0, colon);
    }

    /** Reports an error; to be thrown. */
    Stop fail(Span span, String message) {
        return fail(error(span, message));
    }

    Stop fail(Finding finding) {
        report(finding);
        return Stop.reported();
    }

    /** An error at a place, in the macro calls around it. */
    Finding error(Span span, String message) {
        return Finding.error(program.program.sources().place(span), message);
    }

    void report(Finding finding) {
        program.findings().add(finding.within(callPlaces()));
    }

    /** A warning, unless the expression is looked at for its type alone. */
    void warn(Span span, String message) {
        if (introspection == 0) {
            report(Finding.warning(place(span), message));
        }
    }

    void warn(Finding finding) {
        if (introspection == 0) {
            report(finding);
        }
    }

    Finding.Place place(Span span) {
        return program.program.sources().place(span);
    }

    private List<Finding.Place> callPlaces() {
        List<Finding.Place> places = new ArrayList<>();
        for (int i = calls.size() - 1; i >= 0; i--) {
            places.add(place(calls.get(i)));
        }
        return places;
    }

    void enterCall(Span call) {
        calls.add(call);
    }

    void leaveCall() {
        calls.removeLast();
    }

    void enterLoop() {
        loops++;
    }

    void leaveLoop() {
        loops--;
    }

    boolean inLoop() {
        return loops > 0;
    }

    /** Loops that are unrolled inside of each other multiply. */
    void enterUnroll(int count, Span span) {
        unrolled *= count;
        if (unrolled > MAX_UNROLLED) {
            unrolled /= count;
            throw fail(span, "unrolled loops multiply to more than " + MAX_UNROLLED + " copies");
        }
    }

    void leaveUnroll(int count) {
        unrolled /= count;
    }

    /** From here on expressions are looked at for their types and do not run. */
    void enterIntrospection(String by) {
        if (introspection++ == 0) {
            introspector = by;
        }
    }

    /** What looks at the expression for its type alone. */
    String introspector() {
        return introspector;
    }

    void leaveIntrospection() {
        introspection--;
    }

    boolean introspecting() {
        return introspection > 0;
    }

    /** What follows is known never to run, though it has to be right. */
    void enterDead() {
        dead++;
    }

    void leaveDead() {
        dead--;
    }

    boolean isDead() {
        return dead > 0;
    }

    void enter(Span span) {
        if (++depth > MAX_DEPTH) {
            depth = 0;
            throw fail(span, "nested too deeply");
        }
    }

    void leave() {
        depth = Math.max(0, depth - 1);
    }

    /** Between statements nothing is nested any more than the blocks are. */
    int depth() {
        return depth;
    }

    void restoreDepth(int before) {
        depth = before;
    }

    /** Takes note of what is known of a variable's type. */
    void setType(Variables.Entry variable, Type type) {
        if (!TypePromotion.isSame(variable.type, type)) {
            variable.type = type;
            program.change();
        }
    }
}
