package io.trapless.script.compile;

import io.trapless.language.checked.CheckedAction;
import io.trapless.language.checked.CheckedExpression;
import io.trapless.language.checked.CheckedProgram;
import io.trapless.language.checked.CheckedStatement;
import io.trapless.language.checked.Cut;
import io.trapless.script.runtime.ScriptRuntime;
import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.instruction.SwitchCase;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes a class of a program and gives an instance of it. */
public final class ProgramCompiler {
    private static final ClassDesc OWNER = ClassDesc.of("io.trapless.script.compile.CompiledProgram");
    private static final ClassDesc OBJECTS = ConstantDescs.CD_Object.arrayType();
    private static final MethodTypeDesc CONSTRUCTOR = MethodTypeDesc.of(ConstantDescs.CD_void, OBJECTS);
    private static final MethodTypeDesc RUN =
            MethodTypeDesc.of(ConstantDescs.CD_long, ConstantDescs.CD_int, Names.MOMENT);
    private static final MethodTypeDesc ACTION = MethodTypeDesc.of(ConstantDescs.CD_long, Names.MOMENT);

    private final CheckedProgram program;
    private final ScriptRuntime runtime;
    private final Constants constants = new Constants();

    private ProgramCompiler(CheckedProgram program, ScriptRuntime runtime) {
        this.program = program;
        this.runtime = runtime;
    }

    /** Compiles a program for one run. */
    public static Handlers compile(CheckedProgram program, ScriptRuntime runtime) {
        return new ProgramCompiler(program, runtime).compile();
    }

    private Handlers compile() {
        byte[] bytes = ClassFile.of().build(OWNER, this::build);
        try {
            Class<?> type = new Loader(Handlers.class.getClassLoader()).define(bytes);
            Object[] values =
                    constants.all().stream().map(Constants.Constant::value).toArray();
            return (Handlers) type.getConstructor(Object[].class).newInstance((Object) values);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private void build(ClassBuilder type) {
        type.withFlags(ClassFile.ACC_PUBLIC | ClassFile.ACC_FINAL).withSuperclass(Names.HANDLERS);
        for (CheckedAction action : program.actions()) {
            type.withMethodBody(name(action), ACTION, ClassFile.ACC_PRIVATE, code -> body(code, action));
        }
        type.withMethodBody("run", RUN, ClassFile.ACC_PUBLIC, this::dispatch);
        // last: the constants are known now
        for (Constants.Constant constant : constants.all()) {
            type.withField(constant.field(), constant.type(), ClassFile.ACC_PRIVATE | ClassFile.ACC_FINAL);
        }
        type.withMethodBody(ConstantDescs.INIT_NAME, CONSTRUCTOR, ClassFile.ACC_PUBLIC, this::construct);
    }

    private static String name(CheckedAction action) {
        return "action" + action.index();
    }

    private void body(CodeBuilder code, CheckedAction action) {
        Cut cut = action.cut();
        @Nullable CheckedExpression filter = cut == null ? action.filter() : cut.filter();
        CheckedStatement.Block body = cut == null ? action.body() : cut.handler();
        Emitter emitter = new Emitter(code, OWNER, constants, runtime, action.sources());
        new ActionCompiler(emitter, action.slots()).emit(filter, body, cut == null ? List.of() : cut.windows());
    }

    private void dispatch(CodeBuilder code) {
        Label unknown = code.newLabel();
        List<SwitchCase> cases = new ArrayList<>();
        for (CheckedAction action : program.actions()) {
            cases.add(SwitchCase.of(action.index(), code.newLabel()));
        }
        code.iload(1).tableswitch(unknown, cases);
        for (int i = 0; i < cases.size(); i++) {
            code.labelBinding(cases.get(i).target()).aload(0).aload(2);
            code.invokevirtual(OWNER, name(program.actions().get(i)), ACTION).lreturn();
        }
        code.labelBinding(unknown).lconst_0().lreturn();
    }

    private void construct(CodeBuilder code) {
        code.aload(0).invokespecial(Names.HANDLERS, ConstantDescs.INIT_NAME, MethodTypeDesc.of(ConstantDescs.CD_void));
        List<Constants.Constant> all = constants.all();
        for (int i = 0; i < all.size(); i++) {
            Constants.Constant constant = all.get(i);
            code.aload(0).aload(1).loadConstant(i).aaload();
            code.checkcast(constant.type()).putfield(OWNER, constant.field(), constant.type());
        }
        code.return_();
    }

    /** Holds the one class. */
    private static final class Loader extends ClassLoader {
        Loader(ClassLoader parent) {
            super(parent);
        }

        Class<?> define(byte[] bytes) {
            return defineClass(null, bytes, 0, bytes.length);
        }
    }
}
