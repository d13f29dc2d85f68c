package io.trapless.tracer.trampoline;

import static io.trapless.binary.x86.Gpr.R10;
import static io.trapless.binary.x86.Gpr.R11;
import static io.trapless.binary.x86.Gpr.RAX;
import static io.trapless.binary.x86.Gpr.RDX;
import static io.trapless.layout.MirrorDescriptor.SET_BITS;
import static io.trapless.layout.MirrorDescriptor.SET_SIZE;
import static io.trapless.layout.MirrorDescriptor.SLOT_SIZE;
import static io.trapless.layout.MirrorDescriptor.TAG_OFFSET;
import static io.trapless.layout.MirrorDescriptor.TURNS_OFFSET;
import static io.trapless.layout.MirrorDescriptor.VALUE_OFFSET;
import static io.trapless.layout.MirrorDescriptor.WAYS;

import io.trapless.binary.x86.Assembler;
import io.trapless.binary.x86.Condition;
import io.trapless.binary.x86.Label;
import io.trapless.binary.x86.Mem;
import io.trapless.language.slice.MirrorStore;
import io.trapless.language.slice.Value;
import io.trapless.layout.AggregateTableDescriptor;
import io.trapless.layout.MirrorDescriptor;
import java.util.List;

/** Emits what is done with mirrors, see {@link MirrorDescriptor}: outside of restartable sequences, with no loop longer than a set. */
final class MirrorCode {
    private final Assembler asm;
    private final Frame frame;
    private final ValueCompiler values;
    private final ProcessFacts facts;

    MirrorCode(Assembler asm, Frame frame, ValueCompiler values, ProcessFacts facts) {
        this.asm = asm;
        this.frame = frame;
        this.values = values;
        this.facts = facts;
    }

    /** rax = what a mirror has; 0 if it has nothing. Clobbers rdx, r10, r11. */
    void find(Value.Mirrored asked) {
        Label found = asm.label();
        Label done = asm.label();
        values.noteFaultsOf(-1);
        computeTag(asked.keys());
        search(asked.mirror(), found);
        asm.xor(RAX, RAX, 4);
        asm.jmp(done);
        asm.bind(found);
        asm.mov(RAX, Mem.of(R10, VALUE_OFFSET), 8);
        asm.bind(done);
    }

    /** Keeps a value. Clobbers rax, rdx, r10, r11. */
    void store(MirrorStore store) {
        Label found = asm.label();
        values.noteFaultsOf(-1);
        values.evaluate(store.value());
        frame.push(RAX);
        computeTag(store.keys());
        search(store.mirror(), found);
        takeTurn(store.mirror());
        asm.bind(found);
        frame.pop(RAX);
        asm.mov(Mem.of(R10, VALUE_OFFSET), RAX, 8);
    }

    /** rax = the tag of a key. */
    private void computeTag(List<Value> keys) {
        asm.mov(RAX, MirrorDescriptor.TAG_SEED);
        for (Value key : keys) {
            frame.push(RAX);
            values.evaluate(key);
            frame.pop(R10);
            asm.xor(RAX, R10, 8);
            asm.mov(R10, AggregateTableDescriptor.HASH_MULTIPLIER);
            asm.imul(RAX, R10);
        }
    }

    /** r10 = the slot of tag rax in its set: goes to {@code found} if there is one, on if there is none. Clobbers r11. */
    private void search(int mirror, Label found) {
        asm.mov(R10, RAX, 8);
        asm.shr(R10, Long.SIZE - SET_BITS);
        asm.shl(R10, Integer.numberOfTrailingZeros(SET_SIZE));
        asm.mov(R11, address(mirror));
        asm.add(R10, R11, 8);
        asm.mov(R11, WAYS);
        Label way = asm.here();
        asm.cmp(Mem.of(R10, TAG_OFFSET), RAX, 8);
        asm.jcc(Condition.E, found);
        asm.add(R10, SLOT_SIZE, 8);
        asm.sub(R11, 1, 4);
        asm.jcc(Condition.NE, way);
    }

    /** r10 = the slot in whose turn it is to take tag rax, which it then has. Clobbers rax, rdx, r11. */
    private void takeTurn(int mirror) {
        asm.mov(R10, RAX, 8);
        asm.shr(R10, Long.SIZE - SET_BITS);
        asm.mov(R11, address(mirror));
        asm.mov(RDX, 1);
        asm.lockXadd(Mem.of(R11, R10, 8, TURNS_OFFSET), RDX, 8);
        asm.and(RDX, WAYS - 1, 4);
        asm.shl(R10, Integer.numberOfTrailingZeros(SET_SIZE));
        asm.shl(RDX, Integer.numberOfTrailingZeros(SLOT_SIZE));
        asm.add(R10, R11, 8);
        asm.add(R10, RDX, 8);
        asm.mov(Mem.of(R10, TAG_OFFSET), RAX, 8);
    }

    private long address(int mirror) {
        return facts.tables() + MirrorDescriptor.offset(mirror);
    }
}
