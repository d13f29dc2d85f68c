package io.trapless.script.compile;

import io.trapless.language.checked.CheckedExpression;
import io.trapless.language.types.Type;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;

/** Emits conversions between types. */
final class ConversionCompiler {
    private static final ClassDesc LONG = ConstantDescs.CD_long;
    private static final ClassDesc INT = ConstantDescs.CD_int;
    private static final ClassDesc BOOLEAN = ConstantDescs.CD_boolean;
    private static final ClassDesc STRING = ConstantDescs.CD_String;

    private final ExpressionCompiler expressions;
    private final Emitter emitter;
    private final CodeBuilder code;

    ConversionCompiler(ExpressionCompiler expressions, Emitter emitter) {
        this.expressions = expressions;
        this.emitter = emitter;
        this.code = emitter.code;
    }

    void emit(CheckedExpression.Convert convert) {
        CheckedExpression operand = convert.operand();
        Type type = convert.type();
        if (convert.conversion() == CheckedExpression.Conversion.AGGREGATE_TO_NUMBER) {
            accumulated((CheckedExpression.MapValue) operand, type);
            return;
        }
        expressions.emit(operand);
        switch (convert.conversion()) {
            case NUMBER -> number(operand.type(), type);
            case TRUTH -> truth(ExpressionCompiler.form(operand));
            case NUMBER_TO_ARRAY -> {
                code.loadConstant(type.sizeInBytes());
                emitter.staticCall(Names.CONVERSIONS, "toBytes", Names.BLOB, LONG, INT);
            }
            case ARRAY_TO_NUMBER -> {
                code.lconst_0().loadConstant(type.sizeInBytes()).loadConstant(type.isSigned() ? 1 : 0);
                code.invokevirtual(Names.BLOB, "integer", MethodTypeDesc.of(LONG, LONG, INT, BOOLEAN));
            }
            case STRING_TO_ARRAY -> {
                code.loadConstant(type.sizeInBytes());
                emitter.staticCall(Names.CONVERSIONS, "toBytes", Names.BLOB, STRING, INT);
            }
            case ARRAY_TO_STRING -> emitter.staticCall(Names.CONVERSIONS, "toText", STRING, Names.BLOB);
            case STRING -> string(operand.type(), type);
            case BUFFER -> {
                code.loadConstant(type.sizeInBytes());
                emitter.staticCall(Names.CONVERSIONS, "limit", Names.BLOB, Names.BLOB, INT);
            }
            case USERNAME -> {
                // the number stays as it is: only its type tells how to print it
            }
            case TUPLE, RECORD -> {
                emitter.constant(operand.type(), Names.TYPE);
                emitter.constant(type, Names.TYPE);
                emitter.staticCall(Names.CONVERSIONS, "tuple", Names.TUPLE, Names.TUPLE, Names.TYPE, Names.TYPE);
            }
            case AGGREGATE_TO_NUMBER -> throw new IllegalArgumentException("handled above");
        }
    }

    private void number(Type from, Type to) {
        boolean fits = from.sizeInBytes() < to.sizeInBytes() && (!from.isSigned() || to.isSigned());
        if (!fits) {
            emitter.narrow(to.sizeInBytes(), to.isSigned());
        }
    }

    private void truth(Form form) {
        if (form == Form.TEXT) {
            code.invokevirtual(STRING, "isEmpty", MethodTypeDesc.of(BOOLEAN));
            code.iconst_1().ixor();
            emitter.truth();
            return;
        }
        Label zero = code.newLabel();
        Label end = code.newLabel();
        code.lconst_0().lcmp().ifeq(zero);
        code.lconst_1().goto_(end).labelBinding(zero).lconst_0().labelBinding(end);
    }

    private void string(Type from, Type to) {
        int size = to.sizeInBytes();
        if (size > 0 && (from.sizeInBytes() == 0 || from.sizeInBytes() > size)) {
            code.loadConstant(size);
            emitter.staticCall(Names.TEXTS, "fit", STRING, STRING, INT);
        }
    }

    private void accumulated(CheckedExpression.MapValue value, Type type) {
        emitter.map(value.map());
        expressions.slot(value);
        emitter.mapCall("accumulated", LONG, INT);
        emitter.narrow(type.sizeInBytes(), type.isSigned());
    }

    /** Only for the compiler of accumulators in formats: pushes what is shown of one. */
    void shown(CheckedExpression.MapValue value) {
        emitter.runtime();
        emitter.hold(TypeKind.REFERENCE);
        emitter.map(value.map());
        expressions.slot(value);
        emitter.unhold();
        emitter.runtimeCall("entry", Names.DATUM, Names.MAP, INT);
    }
}
