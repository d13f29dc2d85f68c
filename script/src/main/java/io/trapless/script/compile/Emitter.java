package io.trapless.script.compile;

import io.trapless.language.checked.MapDescriptor;
import io.trapless.language.diagnostic.Sources;
import io.trapless.language.diagnostic.Span;
import io.trapless.script.map.ProgramMap;
import io.trapless.script.output.Place;
import io.trapless.script.runtime.ScriptRuntime;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The bytecode of one action under construction: short names for what is emitted often. Local 0 is the handlers' object, local 1 the moment.
 *
 * <p>It also knows which operands lie on the stack below the expression that is being emitted: {@code break} inside of a block that is an operand has to drop them.
 */
final class Emitter {
    /** Longer strings do not fit a class file's constant. */
    private static final int MAX_LITERAL = 16_000;

    final CodeBuilder code;
    private final ClassDesc owner;
    private final Constants constants;
    private final ScriptRuntime runtime;
    private final Sources sources;
    private final Map<List<Span>, Place> places = new HashMap<>();

    /** The macro calls around what is emitted, innermost first. */
    private final List<Span> calls = new ArrayList<>();

    private final List<TypeKind> held = new ArrayList<>();

    Emitter(CodeBuilder code, ClassDesc owner, Constants constants, ScriptRuntime runtime, Sources sources) {
        this.code = code;
        this.owner = owner;
        this.constants = constants;
        this.runtime = runtime;
        this.sources = sources;
    }

    // Objects.

    void runtime() {
        constant(runtime, Names.RUNTIME);
    }

    void moment() {
        code.aload(1);
    }

    void map(MapDescriptor map) {
        constant(runtime.maps().get(map.index()), Names.MAP);
    }

    void place(Span span) {
        constant(placeOf(span), Names.PLACE);
    }

    Place placeOf(Span span) {
        List<Span> all = new ArrayList<>(calls);
        all.addFirst(span);
        return places.computeIfAbsent(all, _ -> Place.of(sources, span, calls));
    }

    /** What is emitted from now on came out of a macro. */
    void enterCall(Span call) {
        calls.addFirst(call);
    }

    void leaveCall() {
        calls.removeFirst();
    }

    void constant(Object value, ClassDesc type) {
        Constants.Constant constant = constants.of(value, type);
        code.aload(0).getfield(owner, constant.field(), constant.type());
    }

    /** A byte string. */
    void text(String text) {
        if (text.length() > MAX_LITERAL) {
            constant(text, ConstantDescs.CD_String);
        } else {
            code.loadConstant(text);
        }
    }

    boolean tellsReads() {
        return runtime.tellsReads();
    }

    ProgramMap programMap(MapDescriptor map) {
        return runtime.maps().get(map.index());
    }

    // Calls.

    void runtimeCall(String name, ClassDesc result, ClassDesc... parameters) {
        code.invokevirtual(Names.RUNTIME, name, MethodTypeDesc.of(result, parameters));
    }

    void mapCall(String name, ClassDesc result, ClassDesc... parameters) {
        code.invokevirtual(Names.MAP, name, MethodTypeDesc.of(result, parameters));
    }

    void staticCall(ClassDesc type, String name, ClassDesc result, ClassDesc... parameters) {
        code.invokestatic(type, name, MethodTypeDesc.of(result, parameters));
    }

    // Numbers.

    /** The number on the stack as one of {@code size} bytes. */
    void narrow(int size, boolean signed) {
        switch (size) {
            case 1 -> {
                if (signed) {
                    code.l2i().i2b().i2l();
                } else {
                    code.loadConstant(0xffL).land();
                }
            }
            case 2 -> {
                if (signed) {
                    code.l2i().i2s().i2l();
                } else {
                    code.loadConstant(0xffffL).land();
                }
            }
            case 4 -> {
                if (signed) {
                    code.l2i().i2l();
                } else {
                    code.loadConstant(0xffffffffL).land();
                }
            }
            default -> {}
        }
    }

    /** A boolean on the stack as a number. */
    void truth() {
        code.i2l();
    }

    /** Boxes a number; leaves objects as they are. */
    void box(Form form) {
        if (form == Form.NUMBER) {
            staticCall(ConstantDescs.CD_Long, "valueOf", ConstantDescs.CD_Long, ConstantDescs.CD_long);
        }
    }

    /** An {@code Object} on the stack as what {@code form} says. */
    void unbox(Form form) {
        switch (form) {
            case NUMBER -> {
                code.checkcast(ConstantDescs.CD_Long);
                code.invokevirtual(ConstantDescs.CD_Long, "longValue", MethodTypeDesc.of(ConstantDescs.CD_long));
            }
            case TEXT, BYTES, TUPLE -> code.checkcast(form.type());
            case OBJECT, NOTHING -> {}
        }
    }

    void pop(Form form) {
        switch (form) {
            case NUMBER -> code.pop2();
            case NOTHING -> {}
            default -> code.pop();
        }
    }

    // Held operands.

    /** Says that an operand stays on the stack while others are emitted. */
    void hold(TypeKind kind) {
        held.add(kind);
    }

    void unhold() {
        held.removeLast();
    }

    int heldCount() {
        return held.size();
    }

    /** Drops held operands down to {@code count}, on a path that leaves. */
    void dropTo(int count) {
        for (int i = held.size() - 1; i >= count; i--) {
            if (held.get(i) == TypeKind.LONG) {
                code.pop2();
            } else {
                code.pop();
            }
        }
    }
}
