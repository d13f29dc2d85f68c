package io.trapless.script.compile;

import io.trapless.language.checked.CheckedExpression;
import io.trapless.language.checked.FormatText;
import io.trapless.language.checked.MapDescriptor;
import io.trapless.language.types.Type;
import io.trapless.script.output.ByteText;
import io.trapless.script.output.FormatString;
import io.trapless.script.runtime.FormatSite;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.util.ArrayList;
import java.util.List;

/** Emits what changes maps, prints, or reaches out of the program. */
final class EffectCompiler {
    private static final ClassDesc LONG = ConstantDescs.CD_long;
    private static final ClassDesc INT = ConstantDescs.CD_int;
    private static final ClassDesc BOOLEAN = ConstantDescs.CD_boolean;
    private static final ClassDesc OBJECT = ConstantDescs.CD_Object;
    private static final ClassDesc STRING = ConstantDescs.CD_String;
    private static final ClassDesc VOID = ConstantDescs.CD_void;

    private final ExpressionCompiler expressions;
    private final Emitter emitter;
    private final CodeBuilder code;

    EffectCompiler(ExpressionCompiler expressions, Emitter emitter) {
        this.expressions = expressions;
        this.emitter = emitter;
        this.code = emitter.code;
    }

    void emit(CheckedExpression expression) {
        switch (expression) {
            case CheckedExpression.HasKey has -> {
                expressions.find(has.map(), has.key());
                emitter.mapCall("find", INT, ExpressionCompiler.keyType(has.key()));
                isSlot();
            }
            case CheckedExpression.Delete delete -> delete(delete);
            case CheckedExpression.Find find -> find(find);
            case CheckedExpression.Length length -> {
                emitter.map(length.map());
                emitter.mapCall("size", INT);
                code.i2l();
            }
            case CheckedExpression.Reset reset -> {
                emitter.map(reset.map());
                emitter.mapCall(reset.clears() ? "clear" : "zero", VOID);
            }
            case CheckedExpression.PrintMap print -> {
                emitter.runtime();
                emitter.map(print.map());
                code.loadConstant(print.top()).loadConstant(print.div());
                emitter.runtimeCall("printMap", VOID, Names.MAP, LONG, LONG);
            }
            case CheckedExpression.PrintValue print -> {
                emitter.runtime();
                emitter.hold(TypeKind.REFERENCE);
                boxed(print.value());
                emitter.unhold();
                emitter.constant(print.value().type(), Names.TYPE);
                emitter.runtimeCall("printValue", VOID, OBJECT, Names.TYPE);
            }
            case CheckedExpression.Format format -> format(format);
            case CheckedExpression.Join join -> {
                expressions.withMoment();
                expressions.emit(join.address());
                expressions.unholdMoment();
                emitter.text(ByteText.ofLiteral(join.separator()));
                emitter.place(join.span());
                emitter.runtimeCall("join", VOID, Names.MOMENT, LONG, STRING, Names.PLACE);
            }
            case CheckedExpression.PrintTime time -> {
                emitter.runtime();
                emitter.text(ByteText.ofLiteral(time.format()));
                emitter.runtimeCall("printTime", VOID, STRING);
            }
            case CheckedExpression.Exit exit -> exit(exit);
            case CheckedExpression.Signal signal -> {
                expressions.withMoment();
                expressions.emit(signal.number());
                expressions.unholdMoment();
                code.loadConstant(signal.thread() ? 1 : 0);
                emitter.place(signal.span());
                emitter.runtimeCall("signal", VOID, Names.MOMENT, LONG, BOOLEAN, Names.PLACE);
            }
            default -> throw new IllegalArgumentException(expression + " can't be compiled");
        }
    }

    /** Pushes a value as an object; of an accumulator what is shown of it. */
    private void boxed(CheckedExpression value) {
        if (value instanceof CheckedExpression.MapValue entry && entry.type() instanceof Type.Aggregate) {
            new ConversionCompiler(expressions, emitter).shown(entry);
        } else {
            expressions.emit(value);
            emitter.box(ExpressionCompiler.form(value));
        }
    }

    /** The slot on the stack as whether it is one. */
    private void isSlot() {
        Label no = code.newLabel();
        Label end = code.newLabel();
        code.iflt(no).lconst_1().goto_(end).labelBinding(no).lconst_0().labelBinding(end);
    }

    private void delete(CheckedExpression.Delete delete) {
        int slot = code.allocateLocal(TypeKind.INT);
        expressions.find(delete.map(), delete.key());
        emitter.mapCall("find", INT, ExpressionCompiler.keyType(delete.key()));
        code.istore(slot);
        emitter.map(delete.map());
        code.iload(slot);
        emitter.mapCall("delete", BOOLEAN, INT);
        if (delete.warns()) {
            code.istore(slot);
            emitter.runtime();
            code.iload(slot);
            emitter.place(delete.span());
            emitter.runtimeCall("deleted", VOID, BOOLEAN, Names.PLACE);
            code.iload(slot);
        }
        emitter.truth();
    }

    private void find(CheckedExpression.Find find) {
        int slot = code.allocateLocal(TypeKind.INT);
        expressions.find(find.map(), find.key());
        emitter.mapCall("find", INT, ExpressionCompiler.keyType(find.key()));
        code.istore(slot);
        Label missing = code.newLabel();
        code.iload(slot).iflt(missing);
        Type type = find.map().valueType();
        emitter.map(find.map());
        code.iload(slot);
        Form form = Form.of(type);
        if (type instanceof Type.Aggregate) {
            emitter.mapCall("accumulated", LONG, INT);
        } else if (form == Form.NUMBER) {
            emitter.mapCall("number", LONG, INT);
        } else {
            emitter.constant(io.trapless.script.map.Zeros.of(type), OBJECT);
            emitter.mapCall("object", OBJECT, INT, OBJECT);
            emitter.unbox(form);
        }
        expressions.action().store(find.result());
        code.labelBinding(missing);
        code.iload(slot);
        isSlot();
    }

    private void format(CheckedExpression.Format format) {
        List<Type> types =
                format.arguments().stream().map(CheckedExpression::type).toList();
        FormatSite site =
                new FormatSite(format.target(), formatString(format.format()), types, emitter.placeOf(format.span()));
        emitter.runtime();
        code.loadConstant(types.size()).anewarray(OBJECT);
        emitter.hold(TypeKind.REFERENCE);
        emitter.hold(TypeKind.REFERENCE);
        for (int i = 0; i < types.size(); i++) {
            code.dup().loadConstant(i);
            emitter.hold(TypeKind.REFERENCE);
            emitter.hold(TypeKind.INT);
            boxed(format.arguments().get(i));
            emitter.unhold();
            emitter.unhold();
            code.aastore();
        }
        emitter.unhold();
        emitter.unhold();
        emitter.constant(site, Names.FORMAT_SITE);
        emitter.runtimeCall("format", VOID, OBJECT.arrayType(), Names.FORMAT_SITE);
    }

    private static FormatString formatString(FormatText text) {
        List<String> texts = new ArrayList<>();
        List<FormatString.Conversion> conversions = new ArrayList<>();
        StringBuilder literal = new StringBuilder();
        for (FormatText.Piece piece : text.pieces()) {
            switch (piece) {
                case FormatText.Piece.Literal(String part) -> literal.append(ByteText.ofLiteral(part));
                case FormatText.Piece.Specifier specifier -> {
                    texts.add(literal.toString());
                    literal.setLength(0);
                    String flags = specifier.flags();
                    conversions.add(new FormatString.Conversion(
                            flags.contains("-"),
                            flags.contains("+"),
                            flags.contains("#"),
                            flags.contains("0"),
                            Math.max(0, specifier.width()),
                            specifier.length(),
                            specifier.conversion()));
                }
            }
        }
        texts.add(literal.toString());
        return new FormatString(texts, conversions);
    }

    private void exit(CheckedExpression.Exit exit) {
        CheckedExpression status = exit.status();
        emitter.runtime();
        emitter.hold(TypeKind.REFERENCE);
        if (status == null) {
            code.lconst_0();
        } else {
            expressions.emit(status);
        }
        emitter.unhold();
        emitter.runtimeCall("exit", VOID, LONG);
        code.lconst_0().lreturn();
    }

    void increment(CheckedExpression.IncrementMap increment) {
        MapDescriptor map = increment.map();
        int slot = code.allocateLocal(TypeKind.INT);
        int number = code.allocateLocal(TypeKind.LONG);
        expressions.action().claim(map, increment.key(), increment.span(), slot);
        emitter.map(map);
        code.iload(slot);
        emitter.mapCall("number", LONG, INT);
        if (!increment.prefix()) {
            code.dup2();
        }
        code.loadConstant(increment.step()).ladd();
        emitter.narrow(map.valueType().sizeInBytes(), map.valueType().isSigned());
        if (increment.prefix()) {
            code.dup2();
        }
        code.lstore(number);
        emitter.map(map);
        code.iload(slot).lload(number);
        emitter.mapCall("setNumber", VOID, INT, LONG);
    }
}
