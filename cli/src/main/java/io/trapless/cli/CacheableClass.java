package io.trapless.cli;

import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.InvokeDynamicEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.DirectMethodHandleDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.reflect.AccessFlag;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Rewrites a class so that the JVM's start-up cache takes all of it. The cache of JDK 25 has lambdas and string concatenations ready, but neither switches over types nor {@code equals} and {@code hashCode} of records: for each of them the
 * JVM makes code when it is first used, which is a good part of what a short command does. They become methods here that do the same (java.lang.runtime.SwitchBootstraps and ObjectMethods say what). What is of a version before 6 the
 * cache leaves out: it gets a newer one, with the stack maps that this needs.
 */
final class CacheableClass {
    private static final int OLDEST_CACHEABLE = ClassFile.JAVA_6_VERSION;
    private static final int WRITTEN = ClassFile.JAVA_8_VERSION;

    private static final String SWITCHES = "java/lang/runtime/SwitchBootstraps";
    private static final String RECORDS = "java/lang/runtime/ObjectMethods";
    private static final int FACTOR = 31;

    private final ClassFile classFile;
    private final ClassModel model;
    private final List<Consumer<ClassBuilder>> methods = new ArrayList<>();

    private CacheableClass(ClassFile classFile, ClassModel model) {
        this.classFile = classFile;
        this.model = model;
    }

    /** @return the class file's new content, or {@code content} itself if nothing has to be changed */
    static byte[] of(ClassFile classFile, byte[] content) {
        ClassModel model = classFile.parse(content);
        if (model.majorVersion() < OLDEST_CACHEABLE) {
            return newer(classFile, model);
        }
        boolean any = false;
        for (PoolEntry entry : model.constantPool()) {
            any |= entry instanceof InvokeDynamicEntry dynamic && isReplaceable(dynamic);
        }
        return any ? new CacheableClass(classFile, model).withMethods() : content;
    }

    private static byte[] newer(ClassFile classFile, ClassModel model) {
        ClassTransform version = ClassTransform.dropping(ClassFileVersion.class::isInstance)
                .andThen(ClassTransform.endHandler(builder -> builder.withVersion(WRITTEN, 0)));
        // A transform that looks at each instruction has the code written anew, and its stack maps made.
        return classFile.transformClass(
                model, version.andThen(ClassTransform.transformingMethodBodies((code, element) -> code.with(element))));
    }

    private static boolean isReplaceable(InvokeDynamicEntry dynamic) {
        return labels(dynamic) != null || recordMethod(dynamic) != null;
    }

    private byte[] withMethods() {
        CodeTransform calls = (code, element) -> {
            if (element instanceof InvokeDynamicInstruction dynamic && isReplaceable(dynamic.invokedynamic())) {
                replace(code, dynamic.invokedynamic());
            } else {
                code.with(element);
            }
        };
        ClassTransform bodies = ClassTransform.transformingMethodBodies(
                method -> method.code().isPresent()
                        && method.code().get().elementStream().anyMatch(CacheableClass::isReplaceable),
                calls);
        return classFile.transformClass(
                model,
                bodies.andThen(
                        ClassTransform.endHandler(builder -> methods.forEach(method -> method.accept(builder)))));
    }

    private static boolean isReplaceable(CodeElement element) {
        return element instanceof InvokeDynamicInstruction dynamic && isReplaceable(dynamic.invokedynamic());
    }

    private void replace(CodeBuilder code, InvokeDynamicEntry dynamic) {
        List<ClassDesc> labels = labels(dynamic);
        RecordMethod record = recordMethod(dynamic);
        ClassDesc own = model.thisClass().asSymbol();
        String name = dynamic.name().stringValue() + "$" + methods.size();
        MethodTypeDesc type;
        Consumer<CodeBuilder> body;
        if (labels != null) {
            type = MethodTypeDesc.of(ConstantDescs.CD_int, ConstantDescs.CD_Object, ConstantDescs.CD_int);
            body = method -> typeSwitch(method, labels);
        } else {
            type = dynamic.typeSymbol();
            body = method -> Objects.requireNonNull(record).write(method);
        }
        boolean isInterface = model.flags().has(AccessFlag.INTERFACE);
        int flags = ClassFile.ACC_PRIVATE | ClassFile.ACC_STATIC | ClassFile.ACC_SYNTHETIC;
        methods.add(builder -> builder.withMethodBody(name, type, flags, body));
        code.invokestatic(own, name, type, isInterface);
    }

    /** The types that a switch asks for, in order; null if it is none, or also asks for something else. */
    private static @Nullable List<ClassDesc> labels(InvokeDynamicEntry dynamic) {
        if (!isBy(dynamic, SWITCHES) || !dynamic.name().equalsString("typeSwitch")) {
            return null;
        }
        List<ClassDesc> labels = new ArrayList<>();
        for (var argument : dynamic.bootstrap().arguments()) {
            if (!(argument instanceof ClassEntry type)) {
                return null;
            }
            labels.add(type.asSymbol());
        }
        return labels;
    }

    private static boolean isBy(InvokeDynamicEntry dynamic, String bootstraps) {
        return dynamic.bootstrap()
                .bootstrapMethod()
                .reference()
                .owner()
                .asInternalName()
                .equals(bootstraps);
    }

    /** The index of the first type, from that of argument 1 on, that argument 0 is of; -1 for null; as many as there are for none. */
    private static void typeSwitch(CodeBuilder method, List<ClassDesc> labels) {
        Label there = method.newLabel();
        method.aload(0).ifnonnull(there).iconst_m1().ireturn().labelBinding(there);
        for (int i = 0; i < labels.size(); i++) {
            Label next = method.newLabel();
            method.iload(1).loadConstant(i).if_icmpgt(next);
            method.aload(0).instanceOf(labels.get(i)).ifeq(next);
            method.loadConstant(i).ireturn().labelBinding(next);
        }
        method.loadConstant(labels.size()).ireturn();
    }

    private static @Nullable RecordMethod recordMethod(InvokeDynamicEntry dynamic) {
        String name = dynamic.name().stringValue();
        if (!isBy(dynamic, RECORDS) || !(name.equals("equals") || name.equals("hashCode"))) {
            return null;
        }
        List<DirectMethodHandleDesc> fields = new ArrayList<>();
        ClassDesc owner = null;
        for (var argument : dynamic.bootstrap().arguments()) {
            ConstantDesc constant = argument.constantValue();
            if (constant instanceof ClassDesc type) {
                owner = type;
            } else if (constant instanceof DirectMethodHandleDesc getter) {
                fields.add(getter);
            }
        }
        return owner == null ? null : new RecordMethod(owner, name.equals("equals"), fields);
    }

    /** {@code equals} or {@code hashCode} of a record, as a static method of it (and of another object). */
    private record RecordMethod(ClassDesc owner, boolean equals, List<DirectMethodHandleDesc> fields) {
        void write(CodeBuilder method) {
            if (equals) {
                writeEquals(method);
            } else {
                writeHashCode(method);
            }
        }

        private static ClassDesc typeOf(DirectMethodHandleDesc field) {
            return field.invocationType().returnType();
        }

        private void writeHashCode(CodeBuilder method) {
            method.iconst_0();
            for (DirectMethodHandleDesc field : fields) {
                ClassDesc type = typeOf(field);
                boolean primitive = type.isPrimitive();
                method.bipush(FACTOR).imul().aload(0).getfield(owner, field.methodName(), type);
                method.invokestatic(
                                primitive ? boxOf(type) : ClassDesc.of("java.util.Objects"),
                                "hashCode",
                                MethodTypeDesc.of(ConstantDescs.CD_int, primitive ? type : ConstantDescs.CD_Object))
                        .iadd();
            }
            method.ireturn();
        }

        private void writeEquals(CodeBuilder method) {
            Label same = method.newLabel();
            Label different = method.newLabel();
            method.aload(0).aload(1).if_acmpeq(same);
            method.aload(1).instanceOf(owner).ifeq(different);
            for (DirectMethodHandleDesc field : fields) {
                ClassDesc type = typeOf(field);
                method.aload(0).getfield(owner, field.methodName(), type);
                method.aload(1).checkcast(owner).getfield(owner, field.methodName(), type);
                compare(method, type, different);
            }
            method.labelBinding(same).iconst_1().ireturn();
            method.labelBinding(different).iconst_0().ireturn();
        }

        private static void compare(CodeBuilder method, ClassDesc type, Label different) {
            if (!type.isPrimitive()) {
                method.invokestatic(
                                ClassDesc.of("java.util.Objects"),
                                "equals",
                                MethodTypeDesc.of(
                                        ConstantDescs.CD_boolean, ConstantDescs.CD_Object, ConstantDescs.CD_Object))
                        .ifeq(different);
            } else if (TypeKind.from(type).asLoadable() == TypeKind.INT) {
                method.if_icmpne(different);
            } else {
                method.invokestatic(boxOf(type), "compare", MethodTypeDesc.of(ConstantDescs.CD_int, type, type))
                        .ifne(different);
            }
        }

        private static ClassDesc boxOf(ClassDesc primitive) {
            return switch (TypeKind.from(primitive)) {
                case BOOLEAN -> ConstantDescs.CD_Boolean;
                case BYTE -> ConstantDescs.CD_Byte;
                case CHAR -> ConstantDescs.CD_Character;
                case SHORT -> ConstantDescs.CD_Short;
                case INT -> ConstantDescs.CD_Integer;
                case LONG -> ConstantDescs.CD_Long;
                case FLOAT -> ConstantDescs.CD_Float;
                case DOUBLE -> ConstantDescs.CD_Double;
                default -> throw new IllegalArgumentException(primitive.displayName());
            };
        }
    }
}
