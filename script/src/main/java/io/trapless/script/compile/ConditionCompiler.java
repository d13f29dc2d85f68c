package io.trapless.script.compile;

import io.trapless.language.checked.CheckedExpression;
import io.trapless.language.slice.BinaryOperator;
import io.trapless.language.slice.UnaryOperator;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;
import java.lang.constant.ConstantDescs;

/** Emits conditions as jumps, without making a number of each comparison. */
final class ConditionCompiler {
    private final ExpressionCompiler expressions;
    private final Emitter emitter;
    private final CodeBuilder code;

    ConditionCompiler(ExpressionCompiler expressions, Emitter emitter) {
        this.expressions = expressions;
        this.emitter = emitter;
        this.code = emitter.code;
    }

    /** Jumps to {@code target} if whether the condition is not 0 is {@code wanted}; goes on otherwise. */
    void jump(CheckedExpression condition, boolean wanted, Label target) {
        switch (condition) {
            case CheckedExpression.NumberConstant constant -> {
                if (constant.value() != 0 == wanted) {
                    code.goto_(target);
                }
            }
            case CheckedExpression.Unary unary
            when unary.operator() == UnaryOperator.NOT -> jump(unary.operand(), !wanted, target);
            case CheckedExpression.Binary binary when binary.operator().isTruth() -> binary(binary, wanted, target);
            default -> {
                expressions.emit(condition);
                code.lconst_0().lcmp();
                branch(BinaryOperator.NOT_EQUAL, wanted, target);
            }
        }
    }

    private void binary(CheckedExpression.Binary binary, boolean wanted, Label target) {
        switch (binary.operator()) {
            case LOGICAL_AND -> both(binary, wanted, target);
            case LOGICAL_OR -> either(binary, wanted, target);
            default -> {
                expressions.emit(binary.left());
                emitter.hold(TypeKind.LONG);
                expressions.emit(binary.right());
                emitter.unhold();
                boolean equality =
                        binary.operator() == BinaryOperator.EQUAL || binary.operator() == BinaryOperator.NOT_EQUAL;
                if (equality || binary.signedOperation()) {
                    code.lcmp();
                } else {
                    emitter.staticCall(
                            ConstantDescs.CD_Long,
                            "compareUnsigned",
                            ConstantDescs.CD_int,
                            ConstantDescs.CD_long,
                            ConstantDescs.CD_long);
                }
                branch(binary.operator(), wanted, target);
            }
        }
    }

    private void both(CheckedExpression.Binary binary, boolean wanted, Label target) {
        if (wanted) {
            Label no = code.newLabel();
            jump(binary.left(), false, no);
            jump(binary.right(), true, target);
            code.labelBinding(no);
        } else {
            jump(binary.left(), false, target);
            jump(binary.right(), false, target);
        }
    }

    private void either(CheckedExpression.Binary binary, boolean wanted, Label target) {
        if (wanted) {
            jump(binary.left(), true, target);
            jump(binary.right(), true, target);
        } else {
            Label yes = code.newLabel();
            jump(binary.left(), true, yes);
            jump(binary.right(), false, target);
            code.labelBinding(yes);
        }
    }

    /** Jumps by the sign of the comparison's outcome on the stack. */
    private void branch(BinaryOperator operator, boolean wanted, Label target) {
        switch (operator) {
            case EQUAL -> {
                if (wanted) {
                    code.ifeq(target);
                } else {
                    code.ifne(target);
                }
            }
            case NOT_EQUAL -> branch(BinaryOperator.EQUAL, !wanted, target);
            case LESS -> {
                if (wanted) {
                    code.iflt(target);
                } else {
                    code.ifge(target);
                }
            }
            case GREATER_OR_EQUAL -> branch(BinaryOperator.LESS, !wanted, target);
            case GREATER -> {
                if (wanted) {
                    code.ifgt(target);
                } else {
                    code.ifle(target);
                }
            }
            case LESS_OR_EQUAL -> branch(BinaryOperator.GREATER, !wanted, target);
            default -> throw new IllegalArgumentException(operator + " compares nothing");
        }
    }
}
