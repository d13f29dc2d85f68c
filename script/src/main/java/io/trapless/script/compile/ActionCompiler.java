package io.trapless.script.compile;

import io.trapless.language.checked.CheckedExpression;
import io.trapless.language.checked.CheckedStatement;
import io.trapless.language.checked.Cut;
import io.trapless.language.checked.MapDescriptor;
import io.trapless.language.checked.Slot;
import io.trapless.language.diagnostic.Span;
import io.trapless.language.types.AggregateKind;
import io.trapless.script.map.Zeros;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Emits one action: its variables as locals, its filter, its statements. */
final class ActionCompiler {
    private static final ClassDesc LONG = ConstantDescs.CD_long;
    private static final ClassDesc INT = ConstantDescs.CD_int;
    private static final ClassDesc OBJECT = ConstantDescs.CD_Object;
    private static final ClassDesc VOID = ConstantDescs.CD_void;

    private final Emitter emitter;
    private final CodeBuilder code;
    private final ExpressionCompiler expressions;
    private final int[] locals;
    private final List<Loop> loops = new ArrayList<>();

    /**
     * A loop around what is being emitted.
     *
     * @param held operands that lay on the stack when it began
     */
    private record Loop(Label next, Label end, int held) {}

    ActionCompiler(Emitter emitter, List<Slot> slots) {
        this.emitter = emitter;
        this.code = emitter.code;
        this.locals = new int[slots.size()];
        this.expressions = new ExpressionCompiler(this, emitter);
        for (Slot slot : slots) {
            locals[slot.index()] = code.allocateLocal(Form.of(slot.type()).kind());
            zero(slot);
        }
    }

    /**
     * The whole method.
     *
     * @param windows memory that the record of its event has
     */
    void emit(@Nullable CheckedExpression filter, CheckedStatement.Block body, List<Cut.Window> windows) {
        for (Cut.Window window : windows) {
            emitter.moment();
            code.loadConstant(window.addressField()).loadConstant(window.bytesField());
            code.invokevirtual(Names.MOMENT, "openWindow", MethodTypeDesc.of(VOID, INT, INT));
        }
        Label end = code.newLabel();
        if (filter != null) {
            expressions.jumpUnless(filter, end);
        }
        statements(body);
        code.labelBinding(end).lconst_0().lreturn();
    }

    // Variables.

    void load(Slot slot) {
        code.loadLocal(Form.of(slot.type()).kind(), locals[slot.index()]);
    }

    void store(Slot slot) {
        code.storeLocal(Form.of(slot.type()).kind(), locals[slot.index()]);
    }

    private void zero(Slot slot) {
        Form form = Form.of(slot.type());
        if (form == Form.NUMBER) {
            code.lconst_0();
        } else if (form == Form.TEXT) {
            code.loadConstant("");
        } else {
            emitter.constant(Zeros.of(slot.type()), form.type());
        }
        store(slot);
    }

    // Statements.

    void statements(CheckedStatement.Block block) {
        statements(block, null);
    }

    /** @param value what comes out of the block, if anything does */
    void statements(CheckedStatement.Block block, @Nullable CheckedExpression value) {
        Span call = block.call();
        if (call != null) {
            emitter.enterCall(call);
        }
        block.statements().forEach(this::statement);
        if (value != null) {
            expressions.emit(value);
        }
        if (call != null) {
            emitter.leaveCall();
        }
    }

    private void statement(CheckedStatement statement) {
        switch (statement) {
            case CheckedStatement.Evaluate evaluate -> expressions.drop(evaluate.expression());
            case CheckedStatement.AssignVariable assign -> {
                CheckedExpression value = assign.value();
                if (value == null) {
                    zero(assign.slot());
                } else {
                    expressions.emit(value);
                    store(assign.slot());
                }
            }
            case CheckedStatement.AssignMap assign -> assign(assign);
            case CheckedStatement.Accumulate accumulate -> accumulate(accumulate);
            case CheckedStatement.If choice -> choose(choice);
            case CheckedStatement.While loop -> loop(loop);
            case CheckedStatement.ForRange loop -> loop(loop);
            case CheckedStatement.ForMap loop -> loop(loop);
            case CheckedStatement.Break _ -> leave(false);
            case CheckedStatement.Continue _ -> leave(true);
            case CheckedStatement.Return result -> {
                CheckedExpression value = result.value();
                if (value == null) {
                    code.lconst_0();
                } else {
                    expressions.emit(value);
                }
                code.lreturn();
            }
            case CheckedStatement.Block block -> statements(block);
        }
    }

    private void leave(boolean next) {
        Loop loop = loops.getLast();
        emitter.dropTo(loop.held());
        code.goto_(next ? loop.next() : loop.end());
    }

    private void choose(CheckedStatement.If choice) {
        Label otherwise = code.newLabel();
        expressions.jumpUnless(choice.condition(), otherwise);
        statements(choice.then());
        if (choice.otherwise().isEmpty()) {
            code.labelBinding(otherwise);
            return;
        }
        Label end = code.newLabel();
        code.goto_(end).labelBinding(otherwise);
        statements(choice.otherwise());
        code.labelBinding(end);
    }

    private void loop(CheckedStatement.While loop) {
        Label next = code.newLabel();
        Label end = code.newLabel();
        code.labelBinding(next);
        expressions.jumpUnless(loop.condition(), end);
        body(loop.body(), next, end);
        code.goto_(next).labelBinding(end);
    }

    private void body(CheckedStatement.Block body, Label next, Label end) {
        loops.add(new Loop(next, end, emitter.heldCount()));
        statements(body);
        loops.removeLast();
    }

    private void loop(CheckedStatement.ForRange loop) {
        int counter = code.allocateLocal(TypeKind.LONG);
        int bound = code.allocateLocal(TypeKind.LONG);
        expressions.emit(loop.start());
        code.lstore(counter);
        expressions.emit(loop.end());
        code.lstore(bound);
        Label again = code.newLabel();
        Label next = code.newLabel();
        Label end = code.newLabel();
        code.labelBinding(again).lload(counter).lload(bound).lcmp().ifge(end);
        code.lload(counter);
        store(loop.slot());
        body(loop.body(), next, end);
        code.labelBinding(next).lload(counter).lconst_1().ladd().lstore(counter);
        code.goto_(again).labelBinding(end);
    }

    private void loop(CheckedStatement.ForMap loop) {
        int slots = code.allocateLocal(TypeKind.REFERENCE);
        int index = code.allocateLocal(TypeKind.INT);
        emitter.map(loop.map());
        emitter.mapCall("liveSlots", INT.arrayType());
        code.astore(slots).iconst_0().istore(index);
        Label again = code.newLabel();
        Label next = code.newLabel();
        Label end = code.newLabel();
        code.labelBinding(again).iload(index).aload(slots).arraylength().if_icmpge(end);
        emitter.map(loop.map());
        code.aload(slots).iload(index).iaload();
        emitter.mapCall("isLive", ConstantDescs.CD_boolean, INT);
        code.ifeq(next);
        emitter.map(loop.map());
        code.aload(slots).iload(index).iaload();
        emitter.mapCall("entry", Names.TUPLE, INT);
        store(loop.slot());
        body(loop.body(), next, end);
        code.labelBinding(next).iinc(index, 1).goto_(again).labelBinding(end);
    }

    // Maps.

    /** Stores the slot of an entry that is written into a local. */
    void claim(MapDescriptor map, @Nullable CheckedExpression key, Span span, int slot) {
        emitter.runtime();
        emitter.hold(TypeKind.REFERENCE);
        expressions.find(map, key);
        emitter.unhold();
        emitter.mapCall("claim", INT, ExpressionCompiler.keyType(key));
        emitter.place(span);
        emitter.runtimeCall("claimed", INT, INT, Names.PLACE);
        code.istore(slot);
    }

    private void assign(CheckedStatement.AssignMap assign) {
        Form form = ExpressionCompiler.form(assign.value());
        int value = code.allocateLocal(form.kind());
        int slot = code.allocateLocal(TypeKind.INT);
        expressions.emit(assign.value());
        code.storeLocal(form.kind(), value);
        claim(assign.map(), assign.key(), assign.span(), slot);
        emitter.map(assign.map());
        code.iload(slot).loadLocal(form.kind(), value);
        if (form == Form.NUMBER) {
            emitter.mapCall("setNumber", VOID, INT, LONG);
        } else {
            emitter.mapCall("setObject", VOID, INT, OBJECT);
        }
    }

    private void accumulate(CheckedStatement.Accumulate accumulate) {
        CheckedExpression value = accumulate.value();
        int number = code.allocateLocal(TypeKind.LONG);
        int slot = code.allocateLocal(TypeKind.INT);
        if (value != null) {
            expressions.emit(value);
            code.lstore(number);
        }
        claim(accumulate.map(), accumulate.key(), accumulate.span(), slot);
        if (accumulate.kind() == AggregateKind.TSERIES) {
            emitter.runtime();
            emitter.map(accumulate.map());
            code.iload(slot).lload(number);
            emitter.moment();
            emitter.runtimeCall("tseries", VOID, Names.MAP, INT, LONG, Names.MOMENT);
            return;
        }
        emitter.map(accumulate.map());
        code.iload(slot);
        if (value == null) {
            emitter.mapCall("count", VOID, INT);
        } else {
            code.lload(number);
            emitter.mapCall(method(accumulate.kind()), VOID, INT, LONG);
        }
    }

    private static String method(AggregateKind kind) {
        return switch (kind) {
            case SUM -> "sum";
            case AVG, STATS -> "average";
            case MIN -> "min";
            case MAX -> "max";
            case HIST -> "hist";
            case LHIST -> "lhist";
            case COUNT, TSERIES -> throw new IllegalArgumentException(kind + " has a form of its own");
        };
    }
}
