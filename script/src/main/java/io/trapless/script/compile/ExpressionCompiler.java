package io.trapless.script.compile;

import io.trapless.language.checked.CheckedExpression;
import io.trapless.language.checked.EventValue;
import io.trapless.language.checked.Slot;
import io.trapless.language.slice.BinaryOperator;
import io.trapless.language.types.BitField;
import io.trapless.language.types.Type;
import io.trapless.script.map.Zeros;
import io.trapless.script.output.ByteText;
import io.trapless.script.value.Blob;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Emits expressions: each leaves its value on the stack in the {@link Form} of its type, or nothing. */
final class ExpressionCompiler {
    private static final ClassDesc LONG = ConstantDescs.CD_long;
    private static final ClassDesc INT = ConstantDescs.CD_int;
    private static final ClassDesc BOOLEAN = ConstantDescs.CD_boolean;
    private static final ClassDesc OBJECT = ConstantDescs.CD_Object;
    private static final ClassDesc STRING = ConstantDescs.CD_String;

    private final ActionCompiler action;
    private final Emitter emitter;
    private final CodeBuilder code;
    private final EffectCompiler effects;
    private final CallCompiler calls;

    ExpressionCompiler(ActionCompiler action, Emitter emitter) {
        this.action = action;
        this.emitter = emitter;
        this.code = emitter.code;
        this.effects = new EffectCompiler(this, emitter);
        this.calls = new CallCompiler(this, emitter);
    }

    static Form form(CheckedExpression expression) {
        return Form.of(expression.type());
    }

    /** Emits an expression whose value is not wanted. */
    void drop(CheckedExpression expression) {
        if (expression instanceof CheckedExpression.Conditional conditional && form(conditional) == Form.NOTHING) {
            conditional(conditional);
            return;
        }
        emit(expression);
        emitter.pop(form(expression));
    }

    void emit(CheckedExpression expression) {
        switch (expression) {
            case CheckedExpression.NumberConstant c -> code.loadConstant(c.value());
            case CheckedExpression.TextConstant c -> emitter.text(literal(c.text()));
            case CheckedExpression.BytesConstant c -> emitter.constant(blob(c.bytes()), Names.BLOB);
            case CheckedExpression.Variable v -> action.load(v.slot());
            case CheckedExpression.MapValue v -> mapValue(v);
            case CheckedExpression.Event e -> event(e.value());
            case CheckedExpression.Captured c -> captured(c);
            case CheckedExpression.Argument a -> throw outside(a);
            case CheckedExpression.ReturnValue r -> throw outside(r);
            case CheckedExpression.Register r -> throw outside(r);
            case CheckedExpression.Unary u -> unary(u);
            case CheckedExpression.Binary b -> binary(b);
            case CheckedExpression.Compare c -> compare(c);
            case CheckedExpression.Conditional c -> conditional(c);
            case CheckedExpression.Block b -> block(b);
            case CheckedExpression.Convert c -> new ConversionCompiler(this, emitter).emit(c);
            case CheckedExpression.TupleOf t -> tuple(t);
            case CheckedExpression.RecordOf r -> record(r);
            case CheckedExpression.Element e -> element(e);
            case CheckedExpression.Member m -> member(m);
            case CheckedExpression.Indexed i -> indexed(i);
            case CheckedExpression.Load l -> load(l);
            case CheckedExpression.AddressOf a -> addressOf(a);
            case CheckedExpression.ReadString r -> readString(r);
            case CheckedExpression.ReadBytes r -> readBytes(r);
            case CheckedExpression.BufferOf b -> emit(b.array());
            case CheckedExpression.IncrementVariable i -> incrementVariable(i);
            case CheckedExpression.IncrementMap i -> effects.increment(i);
            case CheckedExpression.Call c -> calls.emit(c);
            case CheckedExpression.CapturedImage c -> {
                emitter.runtime();
                emitter.moment();
                code.loadConstant(c.field()).loadConstant(c.type().limit());
                emitter.runtimeCall("unwound", OBJECT, Names.MOMENT, INT, INT);
            }
            case CheckedExpression.UserStack _ -> {
                emitter.runtime();
                emitter.moment();
                emitter.runtimeCall("stack", OBJECT, Names.MOMENT);
            }
            case CheckedExpression.SymbolAddress s -> {
                emitter.runtime();
                emitter.moment();
                emitter.text(ByteText.ofLiteral(s.symbol()));
                emitter.runtimeCall("symbolAddress", LONG, Names.MOMENT, STRING);
            }
            case CheckedExpression.TimeText t -> timeText(t);
            default -> effects.emit(expression);
        }
    }

    /** A string ends at its first NUL, in a literal too. */
    private static String literal(String text) {
        String bytes = ByteText.ofLiteral(text);
        int end = bytes.indexOf('\0');
        return end < 0 ? bytes : bytes.substring(0, end);
    }

    private static IllegalArgumentException outside(CheckedExpression expression) {
        return new IllegalArgumentException(expression + " is known inside the target only");
    }

    private static Blob blob(List<Byte> bytes) {
        byte[] array = new byte[bytes.size()];
        for (int i = 0; i < array.length; i++) {
            array[i] = bytes.get(i);
        }
        return new Blob(array);
    }

    // Maps.

    /** Pushes the map and then the slot of the key, as a look-up. */
    void find(io.trapless.language.checked.MapDescriptor map, @Nullable CheckedExpression key) {
        emitter.map(map);
        emitter.hold(TypeKind.REFERENCE);
        key(key);
        emitter.unhold();
    }

    /** Pushes a key; that of a scalar map is 0. */
    void key(@Nullable CheckedExpression key) {
        if (key == null) {
            code.lconst_0();
        } else {
            emit(key);
        }
    }

    /** The JVM's type of a map's keys: {@code find} and {@code claim} come for numbers and for objects. */
    static ClassDesc keyType(@Nullable CheckedExpression key) {
        return key == null || form(key) == Form.NUMBER ? LONG : OBJECT;
    }

    private void mapValue(CheckedExpression.MapValue value) {
        if (value.type() instanceof Type.Aggregate) {
            throw new IllegalArgumentException("an accumulator is no value");
        }
        emitter.map(value.map());
        slot(value);
        if (form(value) == Form.NUMBER) {
            emitter.mapCall("number", LONG, INT);
        } else {
            emitter.constant(zero(value.type()), OBJECT);
            emitter.mapCall("object", OBJECT, INT, OBJECT);
            emitter.unbox(form(value));
        }
    }

    private Object zero(Type type) {
        return Zeros.of(type);
    }

    /** Pushes the slot of an entry that is read. The map lies on the stack already. */
    void slot(CheckedExpression.MapValue value) {
        emitter.hold(TypeKind.REFERENCE);
        if (emitter.tellsReads()) {
            emitter.runtime();
            emitter.hold(TypeKind.REFERENCE);
        }
        find(value.map(), value.key());
        emitter.mapCall("find", INT, keyType(value.key()));
        if (emitter.tellsReads()) {
            emitter.unhold();
            emitter.place(value.span());
            emitter.runtimeCall("found", INT, INT, Names.PLACE);
        }
        emitter.unhold();
    }

    // Events.

    private void event(EventValue value) {
        switch (value) {
            case PID -> momentCall("pid");
            case TID -> momentCall("tid");
            case CPU -> momentCall("cpu");
            case NSECS_BOOT -> momentCall("bootNanos");
            default -> {
                Form form = Form.of(value.type());
                emitter.runtime();
                emitter.moment();
                emitter.constant(value, Names.EVENT_VALUE);
                emitter.runtimeCall(
                        form == Form.NUMBER ? "number" : "object",
                        form == Form.NUMBER ? LONG : OBJECT,
                        Names.MOMENT,
                        Names.EVENT_VALUE);
                if (form != Form.NUMBER) {
                    emitter.unbox(form);
                }
            }
        }
    }

    private void momentCall(String name) {
        emitter.moment();
        code.invokevirtual(Names.MOMENT, name, MethodTypeDesc.of(LONG));
    }

    private void captured(CheckedExpression.Captured captured) {
        if (captured.type() instanceof Type.Stack stack) {
            emitter.runtime();
            emitter.moment();
            code.loadConstant(captured.field()).loadConstant(stack.limit());
            emitter.runtimeCall("stack", OBJECT, Names.MOMENT, INT, INT);
            return;
        }
        if (emitter.tellsReads()) {
            emitter.runtime();
            emitter.moment();
            code.loadConstant(captured.field());
            emitter.place(captured.span());
            emitter.runtimeCall("captured", ConstantDescs.CD_void, Names.MOMENT, INT, Names.PLACE);
        }
        emitter.moment();
        code.loadConstant(captured.field());
        switch (form(captured)) {
            case NUMBER -> {
                code.invokevirtual(Names.MOMENT, "number", MethodTypeDesc.of(LONG, INT));
                if (!(captured.type() instanceof Type.Floating)) {
                    emitter.narrow(
                            captured.type().sizeInBytes(), captured.type().isSigned());
                }
            }
            case TEXT -> code.invokevirtual(Names.MOMENT, "text", MethodTypeDesc.of(STRING, INT));
            case BYTES -> code.invokevirtual(Names.MOMENT, "bytes", MethodTypeDesc.of(Names.BLOB, INT));
            default -> throw new IllegalArgumentException(captured.type().text() + " can't be captured");
        }
    }

    // Operators.

    private void unary(CheckedExpression.Unary unary) {
        switch (unary.operator()) {
            case NEGATE -> {
                emit(unary.operand());
                code.lneg();
            }
            case COMPLEMENT -> {
                emit(unary.operand());
                code.loadConstant(-1L).lxor();
            }
            case NOT -> {
                truthOf(unary);
                return;
            }
        }
        emitter.narrow(unary.type().sizeInBytes(), unary.type().isSigned());
    }

    private void binary(CheckedExpression.Binary binary) {
        BinaryOperator operator = binary.operator();
        if (operator.isTruth()) {
            truthOf(binary);
            return;
        }
        boolean divides = operator == BinaryOperator.DIVIDE || operator == BinaryOperator.MODULO;
        if (divides) {
            emitter.runtime();
            emitter.hold(TypeKind.REFERENCE);
        }
        emit(binary.left());
        emitter.hold(TypeKind.LONG);
        emit(binary.right());
        emitter.unhold();
        switch (operator) {
            case ADD -> code.ladd();
            case SUBTRACT -> code.lsub();
            case MULTIPLY -> code.lmul();
            case DIVIDE, MODULO -> {
                emitter.unhold();
                code.loadConstant(binary.signedOperation() ? 1 : 0);
                emitter.place(binary.span());
                emitter.runtimeCall(
                        operator == BinaryOperator.DIVIDE ? "divide" : "remainder",
                        LONG,
                        LONG,
                        LONG,
                        BOOLEAN,
                        Names.PLACE);
            }
            case SHIFT_LEFT -> code.l2i().lshl();
            case SHIFT_RIGHT -> {
                code.l2i();
                if (binary.signedOperation()) {
                    code.lshr();
                } else {
                    code.lushr();
                }
            }
            case AND -> code.land();
            case OR -> code.lor();
            case XOR -> code.lxor();
            default -> throw new IllegalArgumentException(operator + " gives a truth value");
        }
        emitter.narrow(binary.type().sizeInBytes(), binary.type().isSigned());
    }

    /** 0 or 1, by jumps. */
    private void truthOf(CheckedExpression condition) {
        Label no = code.newLabel();
        Label end = code.newLabel();
        jumpUnless(condition, no);
        code.lconst_1().goto_(end).labelBinding(no).lconst_0().labelBinding(end);
    }

    /** Jumps to {@code target} if the condition is 0, and goes on otherwise. */
    void jumpUnless(CheckedExpression condition, Label target) {
        new ConditionCompiler(this, emitter).jump(condition, false, target);
    }

    private void compare(CheckedExpression.Compare compare) {
        emit(compare.left());
        emitter.hold(TypeKind.REFERENCE);
        emit(compare.right());
        emitter.unhold();
        code.invokevirtual(OBJECT, "equals", MethodTypeDesc.of(BOOLEAN, OBJECT));
        if (compare.negated()) {
            code.iconst_1().ixor();
        }
        emitter.truth();
    }

    private void conditional(CheckedExpression.Conditional conditional) {
        Label otherwise = code.newLabel();
        Label end = code.newLabel();
        boolean nothing = form(conditional) == Form.NOTHING;
        jumpUnless(conditional.condition(), otherwise);
        side(conditional.whenTrue(), nothing);
        code.goto_(end).labelBinding(otherwise);
        side(conditional.whenFalse(), nothing);
        code.labelBinding(end);
    }

    private void side(CheckedExpression expression, boolean nothing) {
        if (nothing) {
            drop(expression);
        } else {
            emit(expression);
        }
    }

    private void block(CheckedExpression.Block block) {
        action.statements(block.statements(), block.value());
    }

    // Tuples, structures, arrays.

    private void tuple(CheckedExpression.TupleOf tuple) {
        newTuple(tuple.elements().size());
        for (int i = 0; i < tuple.elements().size(); i++) {
            element(i, tuple.elements().get(i));
        }
        endTuple();
    }

    private void record(CheckedExpression.RecordOf record) {
        newTuple(record.values().size());
        for (int i = 0; i < record.values().size(); i++) {
            element(record.places().get(i), record.values().get(i));
        }
        endTuple();
    }

    private void newTuple(int size) {
        code.new_(Names.TUPLE).dup().loadConstant(size).anewarray(OBJECT);
        emitter.hold(TypeKind.REFERENCE);
        emitter.hold(TypeKind.REFERENCE);
        emitter.hold(TypeKind.REFERENCE);
    }

    private void element(int index, CheckedExpression value) {
        code.dup().loadConstant(index);
        emitter.hold(TypeKind.REFERENCE);
        emitter.hold(TypeKind.INT);
        emit(value);
        emitter.box(form(value));
        emitter.unhold();
        emitter.unhold();
        code.aastore();
    }

    private void endTuple() {
        emitter.unhold();
        emitter.unhold();
        emitter.unhold();
        code.invokespecial(
                Names.TUPLE, ConstantDescs.INIT_NAME, MethodTypeDesc.of(ConstantDescs.CD_void, OBJECT.arrayType()));
    }

    private void element(CheckedExpression.Element element) {
        emit(element.base());
        code.loadConstant(element.index());
        if (form(element) == Form.NUMBER) {
            code.invokevirtual(Names.TUPLE, "getLong", MethodTypeDesc.of(LONG, INT));
        } else {
            code.invokevirtual(Names.TUPLE, "get", MethodTypeDesc.of(OBJECT, INT));
            emitter.unbox(form(element));
        }
    }

    private void member(CheckedExpression.Member member) {
        emit(member.base());
        code.loadConstant((long) member.offsetBytes());
        BitField bits = member.bits();
        if (bits != null) {
            integerOfBlob(bits.readBytes(), false);
            bits(bits);
        } else if (form(member) == Form.NUMBER) {
            integerOfBlob(member.type().sizeInBytes(), member.type().isSigned());
        } else {
            emitter.constant(member.type(), Names.TYPE);
            emitter.staticCall(Names.MEMORY_IMAGE, "read", OBJECT, Names.BLOB, LONG, Names.TYPE);
            emitter.unbox(form(member));
        }
    }

    private void integerOfBlob(int size, boolean signed) {
        code.loadConstant(size).loadConstant(signed ? 1 : 0);
        code.invokevirtual(Names.BLOB, "integer", MethodTypeDesc.of(LONG, LONG, INT, BOOLEAN));
    }

    /** Takes a bit field out of the bytes read. */
    private void bits(BitField bits) {
        int unused = Long.SIZE - bits.widthBits();
        code.loadConstant(bits.shiftBits()).lushr().loadConstant(unused).lshl();
        code.loadConstant(unused).lushr();
    }

    private void indexed(CheckedExpression.Indexed indexed) {
        boolean ofText = form(indexed.base()) == Form.TEXT;
        if (!ofText) {
            emitter.runtime();
            emitter.hold(TypeKind.REFERENCE);
        }
        emit(indexed.base());
        emitter.hold(TypeKind.REFERENCE);
        emit(indexed.index());
        emitter.unhold();
        if (ofText) {
            emitter.staticCall(Names.TEXTS, "byteAt", LONG, STRING, LONG);
            return;
        }
        emitter.unhold();
        if (form(indexed) == Form.NUMBER) {
            code.loadConstant(indexed.type().sizeInBytes())
                    .loadConstant(indexed.type().isSigned() ? 1 : 0);
            emitter.place(indexed.span());
            emitter.runtimeCall("element", LONG, Names.BLOB, LONG, INT, BOOLEAN, Names.PLACE);
        } else {
            emitter.constant(indexed.type(), Names.TYPE);
            emitter.place(indexed.span());
            emitter.runtimeCall("element", OBJECT, Names.BLOB, LONG, Names.TYPE, Names.PLACE);
            emitter.unbox(form(indexed));
        }
    }

    // Memory.

    private void load(CheckedExpression.Load load) {
        withMoment();
        emit(load.address());
        unholdMoment();
        BitField bits = load.bits();
        if (form(load) == Form.NUMBER) {
            int size = bits == null ? load.type().sizeInBytes() : bits.readBytes();
            code.loadConstant(size).loadConstant(bits == null && load.type().isSigned() ? 1 : 0);
            emitter.place(load.span());
            emitter.runtimeCall("loadNumber", LONG, Names.MOMENT, LONG, INT, BOOLEAN, Names.PLACE);
            if (bits != null) {
                bits(bits);
            }
        } else {
            emitter.constant(load.type(), Names.TYPE);
            emitter.place(load.span());
            emitter.runtimeCall("loadObject", OBJECT, Names.MOMENT, LONG, Names.TYPE, Names.PLACE);
            emitter.unbox(form(load));
        }
    }

    /** Pushes the runtime and the moment, under which operands follow. */
    void withMoment() {
        emitter.runtime();
        emitter.moment();
        emitter.hold(TypeKind.REFERENCE);
        emitter.hold(TypeKind.REFERENCE);
    }

    void unholdMoment() {
        emitter.unhold();
        emitter.unhold();
    }

    private void addressOf(CheckedExpression.AddressOf address) {
        emitter.runtime();
        emitter.hold(TypeKind.REFERENCE);
        emit(address.operand());
        emitter.box(form(address.operand()));
        emitter.unhold();
        emitter.constant(address.operand().type(), Names.TYPE);
        emitter.runtimeCall("addressOf", LONG, OBJECT, Names.TYPE);
    }

    private void readString(CheckedExpression.ReadString read) {
        withMoment();
        emit(read.address());
        CheckedExpression limit = read.limit();
        emitter.hold(TypeKind.LONG);
        if (limit == null) {
            code.loadConstant((long) read.type().sizeBytes());
        } else {
            emit(limit);
        }
        emitter.unhold();
        unholdMoment();
        code.loadConstant(read.type().sizeBytes());
        emitter.place(read.span());
        emitter.runtimeCall("readString", STRING, Names.MOMENT, LONG, LONG, INT, Names.PLACE);
    }

    private void readBytes(CheckedExpression.ReadBytes read) {
        withMoment();
        emit(read.address());
        emitter.hold(TypeKind.LONG);
        emit(read.length());
        emitter.unhold();
        unholdMoment();
        code.loadConstant(read.type().maxBytes());
        emitter.place(read.span());
        emitter.runtimeCall("readBytes", Names.BLOB, Names.MOMENT, LONG, LONG, INT, Names.PLACE);
    }

    // Variables.

    private void incrementVariable(CheckedExpression.IncrementVariable increment) {
        Slot slot = increment.slot();
        action.load(slot);
        if (!increment.prefix()) {
            code.dup2();
        }
        code.loadConstant(increment.step()).ladd();
        emitter.narrow(slot.type().sizeInBytes(), slot.type().isSigned());
        if (increment.prefix()) {
            code.dup2();
        }
        action.store(slot);
    }

    ActionCompiler action() {
        return action;
    }

    private void timeText(CheckedExpression.TimeText time) {
        ClassDesc type = Names.TIME_VALUE;
        code.new_(type).dup();
        emitter.hold(TypeKind.REFERENCE);
        emitter.hold(TypeKind.REFERENCE);
        emit(time.nanos());
        emitter.unhold();
        emitter.unhold();
        emitter.text(ByteText.ofLiteral(time.format()));
        code.invokespecial(type, ConstantDescs.INIT_NAME, MethodTypeDesc.of(ConstantDescs.CD_void, LONG, STRING));
    }
}
