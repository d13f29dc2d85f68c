package io.trapless.tracer.trampoline;

import static io.trapless.binary.x86.Gpr.R10;
import static io.trapless.binary.x86.Gpr.R11;
import static io.trapless.binary.x86.Gpr.RAX;
import static io.trapless.binary.x86.Gpr.RBX;
import static io.trapless.binary.x86.Gpr.RCX;
import static io.trapless.binary.x86.Gpr.RDI;
import static io.trapless.binary.x86.Gpr.RDX;
import static io.trapless.binary.x86.Gpr.RSI;
import static io.trapless.binary.x86.Gpr.RSP;

import io.trapless.binary.x86.Assembler;
import io.trapless.binary.x86.Condition;
import io.trapless.binary.x86.Gpr;
import io.trapless.binary.x86.Label;
import io.trapless.binary.x86.Mem;
import io.trapless.language.slice.Capture;
import io.trapless.language.slice.CaptureType;
import io.trapless.language.slice.RegisterName;
import io.trapless.language.slice.Value;
import io.trapless.layout.RecordDescriptor;
import io.trapless.tracer.trampoline.ArgumentLocation.InRegister;
import io.trapless.tracer.trampoline.ArgumentLocation.InVector;
import io.trapless.tracer.trampoline.RecordPlan.Field;
import org.jspecify.annotations.Nullable;

/** Emits the two halves of making a record: {@link #compute} before the sequence, {@link #store} inside it, where r11 is the record and rdx its first eight bytes. */
final class RecordCompiler {
    /** By the hardware's numbers. */
    private static final RegisterName[] GENERAL = general();

    private final Assembler asm;
    private final Frame frame;
    private final Operands operands;
    private final ValueCompiler values;
    private final ProcessFacts facts;
    private final SharedRoutines shared;
    private final SiteProbe probe;
    private final RecordPlan plan;

    RecordCompiler(
            Assembler asm,
            Frame frame,
            Operands operands,
            ValueCompiler values,
            ProcessFacts facts,
            SharedRoutines shared,
            SiteProbe probe,
            RecordPlan plan) {
        this.asm = asm;
        this.frame = frame;
        this.operands = operands;
        this.values = values;
        this.facts = facts;
        this.shared = shared;
        this.probe = probe;
        this.plan = plan;
    }

    private static RegisterName[] general() {
        RegisterName[] names = new RegisterName[Gpr.values().length];
        for (RegisterName name : RegisterName.values()) {
            if (name.isGeneral()) {
                names[name.number()] = name;
            }
        }
        return names;
    }

    /** Evaluates what can't be stored directly into the staging area. */
    void compute() {
        if (probe.faultable()) {
            asm.mov(frame.staging(RecordPlan.FAULT_OFFSET), 0, 4); // _cut too
        }
        MirrorCode mirrors = new MirrorCode(asm, frame, values, facts);
        for (Value.Mirrored asked : plan.mirrored()) {
            mirrors.find(asked);
            asm.mov(frame.staging(plan.mirroredOffset(asked)), RAX, 8);
        }
        if (plan.isVariable()) {
            computePacked();
            return;
        }
        for (Field field : plan.fields()) {
            if (field.stagingOffset() >= 0) {
                values.noteFaultsOf(field.index());
                values.evaluate(field.capture().value());
                asm.mov(frame.staging(field.stagingOffset()), RAX, 8);
            }
        }
    }

    /** Puts the whole of a variable record together; rbx is where the next value goes. */
    private void computePacked() {
        int prefix = probe.faultable() ? 4 : 0;
        asm.lea(RBX, frame.staging(plan.packedOffset() + prefix));
        for (Field field : plan.fields()) {
            if (!(field.capture().type() instanceof CaptureType.StackImage)) {
                values.noteFaultsOf(field.index());
                computeNext(field.capture());
            }
        }
        if (prefix > 0) {
            asm.mov(RAX, frame.staging(RecordPlan.FAULT_OFFSET), 4);
            asm.mov(frame.staging(plan.packedOffset()), RAX, 4);
        }
        asm.lea(RAX, frame.staging(plan.packedOffset() - RecordDescriptor.HEADER_SIZE));
        asm.sub(RBX, RAX, 8);
        if (plan.imageBytes() > 0) {
            asm.add(RBX, plan.imageBytes(), 8);
        }
        asm.mov(frame.staging(RecordPlan.SIZE_OFFSET), RBX, 4);
    }

    private void computeNext(Capture capture) {
        Value value = capture.value();
        switch (capture.type()) {
            case CaptureType.Int(int sizeBytes, boolean _, var _) -> {
                values.evaluate(value);
                asm.mov(Mem.of(RBX, 0), RAX, sizeBytes);
                asm.add(RBX, sizeBytes, 8);
            }
            case CaptureType.Floating(int sizeBytes) -> {
                storeFloat(value, Mem.of(RBX, 0), sizeBytes);
                asm.add(RBX, sizeBytes, 8);
            }
            case CaptureType.Str(int maxBytes) -> {
                values.evaluate(((Value.StringAt) value).address());
                asm.mov(RSI, RAX, 8);
                asm.mov(RDI, RBX, 8);
                asm.mov(RDX, maxBytes);
                asm.call(shared.readString());
                values.noteStatus();
                asm.lea(RBX, Mem.of(RBX, RAX, 1, 1)); // the NUL too
            }
            case CaptureType.Buf(int maxBytes) -> computeBuffer((Value.BytesAt) value, maxBytes);
            case CaptureType.Frames(int maxFrames) -> computeFrames(maxFrames);
            case CaptureType.StackImage _ -> throw new IllegalArgumentException("an image is never staged");
        }
    }

    private void computeBuffer(Value.BytesAt bytes, int maxBytes) {
        Label whole = asm.label();
        values.evaluate(bytes.length());
        frame.push(RAX);
        values.evaluate(bytes.address());
        asm.mov(RSI, RAX, 8);
        asm.mov(RDX, Mem.of(RSP, 0), 8);
        asm.mov(RAX, maxBytes);
        asm.cmp(RDX, RAX, 8);
        asm.cmovcc(Condition.A, RDX, RAX);
        asm.lea(RDI, Mem.of(RBX, 2));
        asm.call(shared.readBytes());
        frame.pop(R10);
        asm.cmp(R10, maxBytes, 8);
        asm.jcc(Condition.BE, whole);
        asm.test(RDX, RDX, 4);
        asm.jcc(Condition.NE, whole); // what can't be read at all is not cut
        asm.mov(RDX, SharedRoutines.CUT);
        asm.bind(whole);
        values.noteStatus();
        asm.mov(Mem.of(RBX, 0), RAX, 2);
        asm.lea(RBX, Mem.of(RBX, RAX, 1, 2));
    }

    /** The site unless its function returns, the return address by what is known of the site, and from there on by frame pointers. */
    private void computeFrames(int maxFrames) {
        Label counted = asm.label();
        FrameStart start = probe.frame();
        int known = start.returns() ? 0 : 1;
        if (!start.returns()) {
            operands.load(RAX, new Value.Register(RegisterName.RIP, 8));
            asm.mov(Mem.of(RBX, 2), RAX, 8);
        }
        asm.mov(RSI, known); // frames so far
        if (maxFrames > known) {
            place(RAX, start, start.returnAddressOffset());
            asm.mov(RDX, 8);
            asm.call(shared.safeLoad());
            asm.test(RAX, RAX, 8);
            asm.jcc(Condition.E, counted);
            asm.mov(Mem.of(RBX, 2 + known * 8), RAX, 8);
            known++;
            asm.mov(RSI, known);
        }
        if (maxFrames > known) {
            if (start.savedFramePointer()) {
                place(RAX, start, start.framePointerOffset());
                asm.mov(RDX, 8);
                asm.call(shared.safeLoad());
            } else {
                operands.load(RAX, new Value.Register(RegisterName.RBP, 8));
            }
            asm.mov(RSI, RAX, 8);
            place(RCX, start, start.returnAddressOffset());
            asm.add(RCX, 8, 8);
            asm.lea(RDI, Mem.of(RBX, 2 + known * 8));
            asm.mov(RDX, maxFrames - known);
            asm.call(shared.walkFrames());
            asm.lea(RSI, Mem.of(RAX, known));
        }
        asm.bind(counted);
        asm.mov(Mem.of(RBX, 0), RSI, 2);
        asm.lea(RBX, Mem.of(RBX, RSI, 8, 2));
    }

    /** dst = an address that is known relative to the target's stack pointer or frame pointer. */
    private void place(Gpr dst, FrameStart start, int offset) {
        if (start.fromFramePointer()) {
            operands.load(dst, new Value.Register(RegisterName.RBP, 8));
            asm.lea(dst, Mem.of(dst, offset));
        } else {
            asm.lea(dst, frame.originalStack(offset));
        }
    }

    /** rdx or another register = the record's size. */
    void size(Gpr dst) {
        if (plan.isVariable()) {
            asm.mov(dst, frame.staging(RecordPlan.SIZE_OFFSET), 4);
        } else {
            asm.mov(dst, plan.fixedSize());
        }
    }

    /** Stores everything but the first eight bytes. Keeps rdx, r10, r11; clobbers rax (a variable record: rcx, rsi, rdi too). */
    void store() {
        ThreadId.load(asm, facts, RAX);
        asm.mov(Mem.of(R11, RecordDescriptor.TID_OFFSET), RAX, 4);
        asm.mov(RAX, Mem.ripAbsolute(facts.pidCell()), 4);
        asm.mov(Mem.of(R11, RecordDescriptor.PID_OFFSET), RAX, 4);
        if (plan.isVariable()) {
            copyPacked();
            if (plan.imageBytes() > 0) {
                asm.mov(RDI, frame.staging(RecordPlan.SIZE_OFFSET), 4);
                asm.lea(RDI, Mem.of(R11, RDI, 1, -plan.imageBytes()));
                storeImage(((Value.StackImage) probe.captures().getLast().value()).stackBytes());
            }
            return;
        }
        if (probe.faultable()) {
            asm.mov(RAX, frame.staging(RecordPlan.FAULT_OFFSET), 4);
            asm.mov(Mem.of(R11, RecordDescriptor.HEADER_SIZE), RAX, 4);
        }
        for (Field field : plan.fields()) {
            storeField(field);
        }
    }

    /** Registers and stack, to rdi; where the function returns, as they will be when it has. It takes a system call, so it is for records that are reserved before. Keeps rdx, r10, r11. */
    private void storeImage(int stackBytes) {
        CaptureType.StackImage image = new CaptureType.StackImage(stackBytes);
        boolean returns = probe.frame().returns();
        int popped = returns ? Long.BYTES : 0; // the return address, which ret takes
        frame.push(RDX);
        frame.push(R10);
        frame.push(R11);
        asm.mov(Mem.of(RDI, 0), (short) image.imageBytes(), 2);
        for (Gpr register : Gpr.values()) {
            operands.load(RAX, new Value.Register(GENERAL[register.id()], 8));
            asm.mov(Mem.of(RDI, 2 + 8 + 8 * register.id()), RAX, 8);
        }
        if (returns) {
            asm.lea(RAX, frame.originalStack(popped));
            asm.mov(Mem.of(RDI, 2 + 8 + 8 * RSP.id()), RAX, 8);
            asm.lea(RAX, frame.originalStack(0));
            asm.mov(RDX, 8);
            asm.call(shared.safeLoad());
        } else {
            operands.load(RAX, new Value.Register(RegisterName.RIP, 8));
        }
        asm.mov(Mem.of(RDI, 2 + 136), RAX, 8);
        asm.lea(RSI, frame.originalStack(popped));
        asm.lea(RDI, Mem.of(RDI, 2 + CaptureType.StackImage.HEADER_BYTES));
        asm.mov(RDX, stackBytes);
        asm.call(shared.copyIn());
        asm.mov(Mem.of(RDI, -CaptureType.StackImage.HEADER_BYTES), RAX, 8);
        frame.pop(R11);
        frame.pop(R10);
        frame.pop(RDX);
    }

    private void storeField(Field field) {
        Mem place = Mem.of(R11, field.recordOffset());
        Value value = field.capture().value();
        if (value instanceof Value.StackImage(int stackBytes)) {
            asm.lea(RDI, place);
            storeImage(stackBytes);
            return;
        }
        int sizeBytes = field.capture().type().maxRecordBytes();
        if (field.stagingOffset() >= 0) {
            asm.mov(RAX, frame.staging(field.stagingOffset()), 8);
            asm.mov(place, RAX, sizeBytes);
        } else if (field.capture().type() instanceof CaptureType.Floating) {
            storeFloat(value, place, sizeBytes);
        } else {
            Gpr unchanged = registerOf(value, sizeBytes);
            if (unchanged != null) {
                asm.mov(place, unchanged, sizeBytes);
            } else {
                operands.load(RAX, value);
                asm.mov(place, RAX, sizeBytes);
            }
        }
    }

    /** The register whose low bytes are {@code value}, if it still holds them. */
    private @Nullable Gpr registerOf(Value value, int sizeBytes) {
        Value inner = value;
        while (inner instanceof Value.Cast(Value operand, int castBytes, boolean _) && castBytes >= sizeBytes) {
            inner = operand;
        }
        if (inner instanceof Value.Argument(int index, int bytes, boolean _)
                && bytes >= sizeBytes
                && operands.location(index) instanceof InRegister(Gpr register, int _, boolean _, boolean highByte)
                && !highByte
                && register != Gpr.RSP
                && !frame.isSaved(register)) {
            return register;
        }
        return null;
    }

    private void storeFloat(Value value, Mem place, int sizeBytes) {
        if (value instanceof Value.Argument(int index, int _, boolean _)
                && operands.location(index) instanceof InVector(int number, int _)) {
            if (sizeBytes == 8) {
                asm.movq(place, number);
            } else {
                asm.movd(place, number);
            }
        } else {
            values.evaluate(value); // its bits, from memory or a general register
            asm.mov(place, RAX, sizeBytes);
        }
    }

    /** Copies the packed values behind the header. No string instruction: the direction flag is the target's. */
    private void copyPacked() {
        Label words = asm.label();
        Label bytes = asm.label();
        Label done = asm.label();
        asm.mov(RCX, frame.staging(RecordPlan.SIZE_OFFSET), 4);
        asm.sub(RCX, RecordDescriptor.HEADER_SIZE + plan.imageBytes(), 8);
        asm.lea(RSI, frame.staging(plan.packedOffset()));
        asm.lea(RDI, Mem.of(R11, RecordDescriptor.HEADER_SIZE));
        asm.bind(words);
        asm.sub(RCX, 8, 8);
        asm.jcc(Condition.L, bytes);
        asm.mov(RAX, Mem.of(RSI, 0), 8);
        asm.mov(Mem.of(RDI, 0), RAX, 8);
        asm.add(RSI, 8, 8);
        asm.add(RDI, 8, 8);
        asm.jmp(words);
        asm.bind(bytes);
        asm.add(RCX, 8, 8);
        Label byByte = asm.here();
        asm.sub(RCX, 1, 8);
        asm.jcc(Condition.L, done);
        asm.movzx(RAX, Mem.of(RSI, RCX, 1, 0), 1);
        asm.mov(Mem.of(RDI, RCX, 1, 0), RAX, 1);
        asm.jmp(byByte);
        asm.bind(done);
    }
}
