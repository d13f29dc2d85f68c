package io.trapless.binary.flow;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapless.binary.flow.GoroutineStack.GoFunction;
import io.trapless.binary.x86.Assembler;
import io.trapless.binary.x86.Gpr;
import io.trapless.binary.x86.Mem;
import io.trapless.binary.x86.Segment;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Programs of a few functions, as Go's compiler makes them. */
class GoroutineStackTest {
    private static final long BASE = 0x1000;
    private static final int SIZE = 64;
    private static final int CHECKED = GoroutineStack.CHECKED;

    private final List<GoFunction> functions = new ArrayList<>();
    private final ByteArrayOutputStream code = new ByteArrayOutputStream();

    /** Functions stand {@value #SIZE} bytes apart. */
    private static long at(int index) {
        return BASE + (long) index * SIZE;
    }

    private void add(String name, Consumer<Assembler> body) {
        long start = at(functions.size());
        Assembler asm = new Assembler(start);
        body.accept(asm);
        byte[] bytes = asm.toByteArray();
        code.writeBytes(bytes);
        code.writeBytes("\u00cc".repeat(SIZE - bytes.length).getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));
        functions.add(new GoFunction(name, start, start + SIZE, !name.startsWith("assembly")));
    }

    private GoroutineStack stack() {
        return GoroutineStack.of(List.of(new ImageView.Section(BASE, code.toByteArray())), functions);
    }

    private static void check(Assembler asm) {
        asm.cmp(Gpr.RSP, Mem.of(Gpr.R14, 16), 8);
    }

    @Test
    void whoChecksLeavesItsCalleesTheirFullRoom() {
        add("checks", asm -> {
            check(asm);
            asm.call(at(1));
            asm.ret();
        });
        add("leaf", asm -> {
            asm.sub(Gpr.RSP, 24, 8);
            asm.add(Gpr.RSP, 24, 8);
            asm.ret();
        });
        GoroutineStack stack = stack();
        assertThat(stack.bytesLeft(at(0))).isEqualTo(CHECKED - 8);
        assertThat(stack.bytesLeft(at(1))).isEqualTo(CHECKED - 8);
        assertThat(stack.bytesLeft(at(1) + 4)).as("in its frame").isEqualTo(CHECKED - 8 - 24);
        assertThat(stack.bytesLeft(at(2))).as("nothing is known there").isZero();
        assertThat(stack.bytesLeft(BASE - 1)).isZero();
    }

    private boolean usesBelow(String name, Consumer<Assembler> body) {
        int index = functions.size();
        add(name, asm -> {
            body.accept(asm);
            asm.ret();
        });
        return stack().usesBelow(at(index));
    }

    @Test
    void whatIsBelowTheStackPointer() {
        assertThat(usesBelow("frame", asm -> {
                    asm.push(Gpr.RBP);
                    asm.mov(Gpr.RBP, Gpr.RSP, 8);
                    asm.lea(Gpr.RSP, Mem.of(Gpr.RSP, -64));
                    asm.mov(Mem.of(Gpr.RSP, 8), Gpr.RAX, 8);
                    asm.lea(Gpr.RSP, Mem.of(Gpr.RSP, 64));
                    asm.pop(Gpr.RBP);
                }))
                .isFalse();
        assertThat(usesBelow("store", asm -> asm.mov(Mem.of(Gpr.RSP, -16), Gpr.RBP, 8)))
                .isTrue();
        assertThat(usesBelow("address", asm -> asm.lea(Gpr.RBP, Mem.of(Gpr.RSP, -16))))
                .isTrue();
        assertThat(usesBelow("index", asm -> asm.mov(Gpr.RAX, Mem.of(Gpr.RSP, Gpr.RCX, 8, 64), 8)))
                .isTrue();
        assertThat(usesBelow("copy", asm -> asm.mov(Gpr.R12, Gpr.RSP, 8))).isTrue();
        assertThat(usesBelow("runtime.duffcopy", asm -> asm.mov(Gpr.RAX, Gpr.RCX, 8)))
                .isTrue();
        assertThat(stack().usesBelow(BASE - 1)).as("nothing is known there").isTrue();
    }

    @Test
    void theLongestWayOfUncheckedCallsCounts() {
        add("a", asm -> {
            asm.sub(Gpr.RSP, 100, 8);
            asm.push(Gpr.RBP);
            asm.call(at(1));
            asm.ret();
        });
        add("b", asm -> {
            asm.lea(Gpr.RSP, Mem.of(Gpr.RSP, -200));
            asm.jmp(at(2));
        });
        add("checks late", asm -> {
            check(asm);
            asm.ret();
        });
        add("short way", asm -> asm.jmp(at(2)));
        GoroutineStack stack = stack();
        assertThat(stack.bytesLeft(at(1))).isEqualTo(CHECKED - 8 - 108 - 8);
        assertThat(stack.bytesLeft(at(2))).isEqualTo(CHECKED - 8 - 108 - 8 - 200);
        assertThat(stack.bytesLeft(at(2) + 4)).isEqualTo(stack.bytesLeft(at(2)));
    }

    @Test
    void anIndirectCallMayLeadAnywhereButToCOrOnAnotherStack() {
        add("calls", asm -> {
            asm.sub(Gpr.RSP, 300, 8);
            asm.call(Mem.of(Gpr.RDX, 0));
            asm.ret();
        });
        add("calls C", asm -> {
            asm.sub(Gpr.RSP, 500, 8);
            asm.and(Gpr.RSP, -16, 8);
            asm.call(Mem.of(Gpr.RDX, 0));
            asm.ret();
        });
        add("changes stacks", asm -> {
            asm.sub(Gpr.RSP, 600, 8);
            asm.mov(Gpr.RSP, Gpr.RBX, 8);
            asm.call(Mem.of(Gpr.RDX, 0));
            asm.ret();
        });
        add("other", Assembler::ret);
        assertThat(stack().bytesLeft(at(3))).isEqualTo(CHECKED - 8 - 300 - 8);
    }

    @Test
    void aSwitchStaysInItsFunction() {
        add("switches", asm -> {
            asm.sub(Gpr.RSP, 300, 8);
            asm.jmp(Mem.of(Gpr.RDX, Gpr.RCX, 8, 0));
        });
        add("other", Assembler::ret);
        assertThat(stack().bytesLeft(at(1))).isEqualTo(CHECKED - 8);
    }

    @Test
    void behindTheAlignmentForCADirectCallIsOnCsStackToo() {
        add("calls C", asm -> {
            asm.sub(Gpr.RSP, 500, 8);
            asm.and(Gpr.RSP, -16, 8);
            asm.call(at(1));
            asm.ret();
        });
        add("landing pad", asm -> {
            asm.call(Mem.of(Gpr.RDX, 0));
            asm.ret();
        });
        add("other", Assembler::ret);
        assertThat(stack().bytesLeft(at(2))).isEqualTo(CHECKED - 8 - 8);
    }

    /** {@code go:systemstack}: such functions compare with another bound, further on in the same structure. */
    @Test
    void functionsOfTheThreadsOwnStackCheckItToo() {
        add("nosplit", asm -> {
            asm.sub(Gpr.RSP, 400, 8);
            asm.call(at(1));
            asm.ret();
        });
        add("on the thread's stack", asm -> {
            asm.cmp(Gpr.RSP, Mem.of(Gpr.R14, 24), 8);
            asm.call(at(2));
            asm.ret();
        });
        add("leaf", Assembler::ret);
        GoroutineStack stack = stack();
        assertThat(stack.bytesLeft(at(1))).isEqualTo(CHECKED - 8 - 400 - 8);
        assertThat(stack.bytesLeft(at(2))).isEqualTo(CHECKED - 8);
    }

    @Test
    void recursionAndWhatInterruptsHaveNothingLeft() {
        add("turns", asm -> {
            asm.call(at(1));
            asm.ret();
        });
        add("round", asm -> {
            asm.call(at(0));
            asm.ret();
        });
        add("runtime.morestack_noctxt", asm -> {
            asm.call(at(3));
            asm.ret();
        });
        add("behind it", Assembler::ret);
        add("aside", Assembler::ret);
        GoroutineStack stack = stack();
        for (int i = 0; i < 4; i++) {
            assertThat(stack.bytesLeft(at(i))).as("function %d", i).isZero();
        }
        assertThat(stack.bytesLeft(at(4))).isEqualTo(CHECKED - 8);
    }

    @Test
    void whereThreadsKeepTheirGoroutine() {
        add("direct", asm -> {
            asm.mov(Gpr.R14, Mem.fs(-8), 8);
            asm.ret();
        });
        add("indirect", asm -> {
            asm.mov(Gpr.RCX, -8);
            asm.mov(Gpr.RCX, Mem.of(Gpr.RCX, 0).in(Segment.FS), 8);
            asm.mov(Gpr.RAX, Mem.of(Gpr.RCX, 0).in(Segment.FS), 8); // of what was loaded: not known
            asm.ret();
        });
        add("runtime.goexit.abi0", Assembler::ret);
        add("runtime.rt0_go.abi0", Assembler::ret);
        GoroutineStack stack = stack();
        assertThat(stack.goroutineOffset(at(0))).hasValue(-8);
        assertThat(stack.goroutineOffset(at(1))).hasValue(-8);
        assertThat(stack.goroutineOffset(at(2))).as("returned into").isEmpty();
        assertThat(stack.goroutineOffset(at(3))).as("no thread pointer yet").isEmpty();
        assertThat(stack.goroutineOffset(at(4))).as("no function").isEmpty();

        add("another", asm -> {
            asm.mov(Gpr.RAX, Mem.fs(-16), 8);
            asm.ret();
        });
        assertThat(stack().goroutineOffset(at(0))).as("two places").isEmpty();
    }

    @Test
    void theCompilersFunctionsBeginWithTwoRegistersThatHoldNothing() {
        add("compiled", Assembler::ret);
        add("assembly", Assembler::ret);
        GoroutineStack stack = stack();
        assertThat(stack.scratchRegisters(at(0))).isEqualTo(1 << 12 | 1 << 13);
        assertThat(stack.scratchRegisters(at(0) + 1)).isZero();
        assertThat(stack.scratchRegisters(at(1))).isZero();
    }
}
