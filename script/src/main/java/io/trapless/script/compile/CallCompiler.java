package io.trapless.script.compile;

import io.trapless.language.checked.CheckedExpression;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.List;

/** Emits calls of functions of values. */
final class CallCompiler {
    private static final ClassDesc LONG = ConstantDescs.CD_long;
    private static final ClassDesc INT = ConstantDescs.CD_int;
    private static final ClassDesc OBJECT = ConstantDescs.CD_Object;
    private static final ClassDesc STRING = ConstantDescs.CD_String;
    private static final int IPV4_BYTES = 4;
    private static final ClassDesc SEQUENCE = ClassDesc.of(CharSequence.class.getName());

    private final ExpressionCompiler expressions;
    private final Emitter emitter;
    private final CodeBuilder code;

    CallCompiler(ExpressionCompiler expressions, Emitter emitter) {
        this.expressions = expressions;
        this.emitter = emitter;
        this.code = emitter.code;
    }

    void emit(CheckedExpression.Call call) {
        List<CheckedExpression> arguments = call.arguments();
        switch (call.function()) {
            case STRLEN -> {
                arguments(arguments);
                stringCall("length", INT);
                code.i2l();
            }
            case STR_LIMIT -> {
                arguments(arguments);
                emitter.staticCall(Names.TEXTS, "limit", STRING, STRING, LONG);
            }
            case STRNCMP -> {
                arguments(arguments);
                emitter.staticCall(Names.TEXTS, "differ", LONG, STRING, STRING, LONG);
            }
            case STRSTR -> {
                arguments(arguments);
                stringCall("indexOf", INT, STRING);
                code.i2l();
            }
            case STRCONTAINS -> {
                arguments(arguments);
                stringCall("contains", ConstantDescs.CD_boolean, SEQUENCE);
                emitter.truth();
            }
            case STR_CONCAT -> {
                arguments(arguments);
                stringCall("concat", STRING, STRING);
                if (call.type().sizeInBytes() > 0) {
                    code.loadConstant(call.type().sizeInBytes());
                    emitter.staticCall(Names.TEXTS, "fit", STRING, STRING, INT);
                }
            }
            case MEMCMP -> memcmp(call);
            case BSWAP -> {
                arguments(arguments);
                code.loadConstant(call.type().sizeInBytes());
                emitter.staticCall(Names.ARITHMETIC, "swapBytes", LONG, LONG, INT);
            }
            case NTOP -> ntop(arguments);
            case MACADDR -> {
                arguments(arguments);
                boolean text = ExpressionCompiler.form(arguments.getFirst()) == Form.TEXT;
                emitter.staticCall(Names.INTERNET_ADDRESS, "hardware", STRING, text ? STRING : Names.BLOB);
            }
            case STRERROR -> ofNumber("errorText", arguments);
            case SIGNAL_NAME -> ofNumber("signalName", arguments);
            case SYSCALL_NAME -> ofNumber("systemCallName", arguments);
            case COMM_OF -> ofNumber("commOf", arguments);
            case USYM -> {
                expressions.withMoment();
                arguments(arguments);
                expressions.unholdMoment();
                emitter.runtimeCall("symbol", OBJECT, Names.MOMENT, LONG);
            }
            case STACK_LENGTH -> {
                underRuntime(arguments);
                emitter.runtimeCall("stackLength", LONG, OBJECT);
            }
            case CHECKED_CHILD_PID -> {
                underRuntime(arguments);
                emitter.place(call.span());
                emitter.runtimeCall("checkedChild", LONG, LONG, Names.PLACE);
            }
        }
    }

    /** Pushes all arguments in order. */
    private void arguments(List<CheckedExpression> arguments) {
        for (CheckedExpression argument : arguments) {
            expressions.emit(argument);
            emitter.hold(ExpressionCompiler.form(argument).kind());
        }
        arguments.forEach(_ -> emitter.unhold());
    }

    private void underRuntime(List<CheckedExpression> arguments) {
        emitter.runtime();
        emitter.hold(TypeKind.REFERENCE);
        arguments(arguments);
        emitter.unhold();
    }

    private void stringCall(String name, ClassDesc result, ClassDesc... parameters) {
        code.invokevirtual(STRING, name, MethodTypeDesc.of(result, parameters));
    }

    private void ofNumber(String name, List<CheckedExpression> arguments) {
        underRuntime(arguments);
        emitter.runtimeCall(name, STRING, LONG);
    }

    private void memcmp(CheckedExpression.Call call) {
        List<CheckedExpression> arguments = call.arguments();
        int held = 0;
        for (CheckedExpression value : arguments.subList(0, 2)) {
            emitter.constant(value.type(), Names.TYPE);
            emitter.hold(TypeKind.REFERENCE);
            expressions.emit(value);
            emitter.box(ExpressionCompiler.form(value));
            emitter.hold(TypeKind.REFERENCE);
            held += 2;
        }
        expressions.emit(arguments.get(2));
        for (int i = 0; i < held; i++) {
            emitter.unhold();
        }
        emitter.staticCall(Names.MEMORY_IMAGE, "compare", LONG, Names.TYPE, OBJECT, Names.TYPE, OBJECT, LONG);
        emitter.narrow(call.type().sizeInBytes(), call.type().isSigned());
    }

    private void ntop(List<CheckedExpression> arguments) {
        CheckedExpression address = arguments.getLast();
        expressions.emit(address);
        if (ExpressionCompiler.form(address) == Form.NUMBER) {
            code.loadConstant(IPV4_BYTES);
            emitter.staticCall(Names.CONVERSIONS, "toBytes", Names.BLOB, LONG, INT);
        }
        emitter.staticCall(Names.INTERNET_ADDRESS, "text", STRING, Names.BLOB);
    }
}
