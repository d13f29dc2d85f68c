package io.trapless.tracer.trampoline;

import io.trapless.binary.x86.Gpr;
import io.trapless.language.slice.BinaryOperator;
import io.trapless.language.slice.Capture;
import io.trapless.language.slice.CaptureProgram;
import io.trapless.language.slice.CaptureType;
import io.trapless.language.slice.RegisterName;
import io.trapless.language.slice.UnaryOperator;
import io.trapless.language.slice.Value;
import io.trapless.tracer.trampoline.ArgumentLocation.AtAddress;
import io.trapless.tracer.trampoline.ArgumentLocation.Immediate;
import io.trapless.tracer.trampoline.ArgumentLocation.InMemory;
import io.trapless.tracer.trampoline.ArgumentLocation.InRegister;
import io.trapless.tracer.trampoline.ArgumentLocation.InUnprovenMemory;
import io.trapless.tracer.trampoline.ArgumentLocation.InVector;
import io.trapless.tracer.trampoline.ArgumentLocation.Sum;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Random programs of every form, with arguments at random places. Each general register has a role, so that operands in memory can be made that are there: it points into good memory, holds a small number,
 * or anything.
 */
final class RandomCaptures {
    private static final int[] SIZES = {1, 2, 4, 8};
    private static final long[] NUMBERS = {
        0,
        1,
        -1,
        2,
        7,
        63,
        64,
        127,
        128,
        255,
        0x7FFF_FFFFL,
        0x8000_0000L,
        0xFFFF_FFFFL,
        Long.MAX_VALUE,
        Long.MIN_VALUE,
        97
    };

    private enum Role {
        POINTER,
        SMALL,
        ANYTHING
    }

    private final Random random;
    private final GoodMemory memory;
    private final Role[] roles = new Role[16];
    private final List<ArgumentLocation> locations = new ArrayList<>();

    RandomCaptures(Random random, GoodMemory memory) {
        this.random = random;
        this.memory = memory;
        for (int i = 0; i < 16; i++) {
            roles[i] = Role.values()[random.nextInt(3)];
        }
        if (random.nextBoolean()) {
            int count = 1 + random.nextInt(6);
            for (int i = 0; i < count; i++) {
                locations.add(location());
            }
        }
    }

    /** Operands of the note; empty: a function's arguments. */
    List<ArgumentLocation> locations() {
        return locations;
    }

    /** A state in which the registers play their roles. */
    long[] state() {
        long[] state = new long[Sandbox.STATE_LONGS];
        for (int i = 0; i < state.length; i++) {
            state[i] = random.nextInt(4) == 0 ? pick(NUMBERS) : random.nextLong();
        }
        for (int i = 0; i < 16; i++) {
            state[i] = switch (roles[i]) {
                case POINTER -> memory.start() + 1024 + random.nextInt(GoodMemory.SIZE - 2048);
                case SMALL -> random.nextInt(64);
                case ANYTHING -> state[i];
            };
        }
        state[Sandbox.FLAGS] = (random.nextInt() & 0x8D5) | 0x202 | (random.nextBoolean() ? 0x400 : 0);
        return state;
    }

    private long pick(long[] numbers) {
        return numbers[random.nextInt(numbers.length)];
    }

    private int size() {
        return SIZES[random.nextInt(4)];
    }

    private ArgumentLocation location() {
        int sizeBytes = size();
        boolean signed = random.nextBoolean();
        return switch (random.nextInt(11)) {
            case 0, 1 -> new InRegister(Gpr.of(random.nextInt(16)), sizeBytes, signed, false);
            case 2 -> new InRegister(Gpr.of(random.nextInt(4)), 1, signed, true);
            case 3 -> new Immediate(random.nextBoolean() ? pick(NUMBERS) : random.nextLong(), sizeBytes, signed);
            case 4 -> new AtAddress(memory.start() + random.nextInt(GoodMemory.SIZE - 8), sizeBytes, signed);
            case 5 -> new InVector(random.nextInt(16), random.nextBoolean() ? 4 : 8);
            case 6 -> new Sum(Gpr.of(random.nextInt(16)), random.nextInt(512) - 256, sizeBytes, signed);
            case 7 -> unproven(sizeBytes, signed);
            default -> inMemory(sizeBytes, signed);
        };
    }

    /** Some point to what is there, some to what is surely not; the stack is there as far as the sandbox shows it. */
    private ArgumentLocation unproven(int sizeBytes, boolean signed) {
        Gpr pointer = withRole(Role.POINTER);
        if (pointer != null && random.nextBoolean()) {
            return new InUnprovenMemory(pointer, random.nextInt(256) - 128, sizeBytes, signed);
        }
        Gpr small = withRole(Role.SMALL);
        return small != null && random.nextBoolean()
                ? new InUnprovenMemory(small, random.nextInt(64), sizeBytes, signed)
                : new InUnprovenMemory(Gpr.RSP, 8 + random.nextInt(48), sizeBytes, signed);
    }

    private ArgumentLocation inMemory(int sizeBytes, boolean signed) {
        Gpr index = random.nextBoolean() ? withRole(Role.SMALL) : null;
        int scale = 1 << random.nextInt(4);
        Gpr base = random.nextInt(4) == 0 ? Gpr.RSP : withRole(Role.POINTER);
        if (base == Gpr.RSP) {
            int disp = random.nextBoolean() ? -128 + random.nextInt(120) : 8 + random.nextInt(56);
            return new InMemory(Gpr.RSP, null, 1, disp, false, sizeBytes, signed);
        }
        if (random.nextInt(6) == 0) {
            return new InMemory(null, null, 1, Sandbox.TID_OFFSET, true, 4, signed);
        }
        if (base == null || random.nextInt(5) == 0) {
            int address = Math.toIntExact(memory.start()) + 1024;
            return new InMemory(null, index, scale, address, false, sizeBytes, signed);
        }
        return new InMemory(base, index, scale, random.nextInt(256) - 128, false, sizeBytes, signed);
    }

    private @Nullable Gpr withRole(Role role) {
        for (int tries = 0; tries < 20; tries++) {
            int register = random.nextInt(16);
            if (roles[register] == role && register != Gpr.RSP.id()) {
                return Gpr.of(register);
            }
        }
        return null;
    }

    /** A program; its probes are no part of it. */
    CaptureProgram program() {
        List<Capture> captures = new ArrayList<>();
        int count = random.nextInt(6);
        for (int i = 0; i < count; i++) {
            captures.add(capture("f" + i));
        }
        Value filter = random.nextInt(3) == 0 ? filter() : null;
        return new CaptureProgram(List.of(), filter, captures, false);
    }

    private Value filter() {
        if (random.nextBoolean()) {
            BinaryOperator[] operators = BinaryOperator.values();
            BinaryOperator comparison = operators[BinaryOperator.EQUAL.ordinal() + random.nextInt(6)];
            return new Value.Binary(comparison, leaf(), number(), random.nextBoolean());
        }
        return integer(1 + random.nextInt(4));
    }

    private Capture capture(String name) {
        return switch (random.nextInt(8)) {
            case 0 -> {
                int most = 1 + random.nextInt(100);
                yield new Capture(name, new CaptureType.Str(most), new Value.StringAt(pointer(2), most));
            }
            case 1 -> {
                int most = 1 + random.nextInt(100);
                Value length = random.nextBoolean()
                        ? new Value.Constant(most, 8, true)
                        : new Value.Binary(BinaryOperator.AND, integer(2), new Value.Constant(255, 8, true), false);
                yield new Capture(name, new CaptureType.Buf(most), new Value.BytesAt(pointer(2), length, most));
            }
            case 2 -> floating(name);
            default -> {
                int depth = random.nextInt(20) == 0 ? 40 : random.nextInt(6);
                yield new Capture(
                        name,
                        new CaptureType.Int(size(), random.nextBoolean(), CaptureType.Base.DEC),
                        depth == 40 ? deep(60) : integer(depth));
            }
        };
    }

    /** A floating-point argument of the note, if it has one that may be such. */
    private Capture floating(String name) {
        for (int i = 0; i < locations.size(); i++) {
            int bytes = locations.get(i).sizeBytes();
            boolean ofVector = locations.get(i) instanceof InVector;
            if (bytes >= 4 && (ofVector || (!locations.get(i).signed() && random.nextBoolean()))) {
                return new Capture(name, new CaptureType.Floating(bytes), new Value.Argument(i, bytes, false));
            }
        }
        return new Capture(name, new CaptureType.Int(8, false, CaptureType.Base.HEX), leaf());
    }

    /** One long chain, as deep as a program may be. */
    private Value deep(int levels) {
        Value value = leaf();
        for (int i = 1; i < levels; i++) {
            value = switch (random.nextInt(4)) {
                case 0 -> new Value.Unary(UnaryOperator.values()[random.nextInt(3)], value);
                case 1 -> new Value.Cast(value, size(), random.nextBoolean());
                case 2 -> new Value.Binary(operator(), value, leaf(), random.nextBoolean());
                default -> new Value.Binary(operator(), leaf(), value, random.nextBoolean());
            };
        }
        return value;
    }

    private BinaryOperator operator() {
        return BinaryOperator.values()[random.nextInt(BinaryOperator.values().length)];
    }

    /** An expression for a number, of at most so many levels. */
    private Value integer(int depth) {
        if (depth <= 0) {
            return leaf();
        }
        return switch (random.nextInt(9)) {
            case 0 -> leaf();
            case 1 -> new Value.Load(pointer(depth - 1), size(), random.nextBoolean());
            case 2 -> new Value.Unary(UnaryOperator.values()[random.nextInt(3)], integer(depth - 1));
            case 3 -> new Value.Conditional(integer(depth - 1), integer(depth - 1), integer(depth - 1));
            case 4 -> new Value.Cast(integer(depth - 1), size(), random.nextBoolean());
            case 5 -> stringEquals(depth);
            default -> new Value.Binary(operator(), integer(depth - 1), integer(depth - 1), random.nextBoolean());
        };
    }

    private Value stringEquals(int depth) {
        int most = 1 + random.nextInt(60);
        String literal = "abc".substring(0, random.nextInt(Math.min(3, most) + 1));
        if (random.nextInt(3) == 0) {
            literal = ("a" + "aaaaaaabaaaaaaaaaaaaaaaa".substring(random.nextInt(20)));
            literal = literal.substring(0, Math.min(literal.length(), most));
        }
        return new Value.StringEquals(new Value.StringAt(pointer(depth - 1), most), literal);
    }

    /** An address: mostly of good memory, also at its edges, sometimes of the stack, sometimes wild. */
    private Value pointer(int depth) {
        Gpr register = withRole(Role.POINTER);
        int offset = random.nextInt(400) - 200;
        return switch (random.nextInt(9)) {
            case 0 -> integer(depth);
            case 1 -> new Value.Constant(memory.start() + GoodMemory.SIZE - random.nextInt(70), 8, false);
            case 2 -> new Value.Constant(memory.start() + GoodMemory.PAGE - random.nextInt(70), 8, false);
            case 3 -> plus(new Value.Register(RegisterName.RSP, 8), 8 + random.nextInt(60));
            case 4 -> plus(new Value.Register(RegisterName.RSP, 8), -128 + random.nextInt(120));
            case 5 ->
                new Value.Load(
                        new Value.Constant(memory.start() + 8L * random.nextInt(GoodMemory.SIZE / 8 - 1), 8, false),
                        8,
                        false);
            case 6 -> new Value.Constant(pick(NUMBERS), 8, true);
            default ->
                register == null
                        ? new Value.Constant(memory.start() + random.nextInt(GoodMemory.SIZE), 8, false)
                        : plus(new Value.Register(RegisterName.values()[register.id()], 8), offset);
        };
    }

    private static Value plus(Value value, long offset) {
        return new Value.Binary(BinaryOperator.ADD, value, new Value.Constant(offset, 8, true), false);
    }

    private Value.Constant number() {
        long value = random.nextInt(4) == 0 ? random.nextLong() : pick(NUMBERS);
        return new Value.Constant(value, 8, true);
    }

    private Value leaf() {
        return switch (random.nextInt(8)) {
            case 0 -> number();
            case 1, 2 -> new Value.Register(RegisterName.values()[random.nextInt(18)], size());
            case 3 -> new Value.Context(random.nextBoolean() ? Value.Context.Kind.TID : Value.Context.Kind.PID);
            default -> argument();
        };
    }

    private Value argument() {
        if (locations.isEmpty()) {
            return new Value.Argument(random.nextInt(6 + Sandbox.STACK_ARGUMENT_COUNT), 8, false);
        }
        int index = random.nextInt(locations.size());
        ArgumentLocation location = locations.get(index);
        return location instanceof InVector
                ? number()
                : new Value.Argument(index, location.sizeBytes(), location.signed());
    }
}
