package io.trapless.binary.unwind;

import io.trapless.binary.elf.ByteCursor;
import io.trapless.binary.elf.ByteView;
import io.trapless.binary.elf.ElfError;
import io.trapless.binary.elf.ElfException;
import io.trapless.binary.elf.ElfFile;
import io.trapless.binary.elf.PointerEncoding;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Runs call frame instructions (DWARF 5, section 6.4.2) and hands out a row at each advance. For one description. */
final class CfaProgram {
    private static final RegisterRule SAME = new RegisterRule.SameValue();
    private static final RegisterRule UNDEFINED = new RegisterRule.Undefined();

    private final FrameTable.Cie cie;
    private final long viewAddress;
    private final ElfFile file;
    private final Predicate<FrameRow> taker;
    private final Deque<State> remembered = new ArrayDeque<>();
    private final RegisterRule[] rules = new RegisterRule[FrameRow.COLUMNS];
    private RegisterRule @Nullable [] initial;
    private CfaRule cfa = new CfaRule.RegisterPlus(FrameRow.RSP, 0);
    private long location;
    private boolean stopped;

    private record State(RegisterRule[] rules, CfaRule cfa) {
        @Override
        public boolean equals(@Nullable Object other) {
            return this == other;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(this);
        }
    }

    /** @param taker gets each row; false ends it */
    private CfaProgram(FrameTable.Cie cie, long start, long viewAddress, ElfFile file, Predicate<FrameRow> taker) {
        this.cie = cie;
        this.viewAddress = viewAddress;
        this.file = file;
        this.taker = taker;
        this.location = start;
        Arrays.fill(rules, SAME);
        rules[FrameRow.RETURN_ADDRESS] = UNDEFINED;
    }

    /** Hands all rows of a description to {@code taker}, until that says false. */
    static void run(FrameTable table, FrameTable.Fde fde, Predicate<FrameRow> taker) throws ElfException {
        FrameTable.Cie cie = fde.cie();
        CfaProgram program = new CfaProgram(cie, fde.start(), table.address(), table.file(), taker);
        program.run(table.bytes(), cie.program(), cie.end());
        program.initial = program.rules.clone();
        program.run(table.bytes(), fde.program(), fde.programEnd());
        if (!program.stopped) {
            program.emit();
        }
    }

    private void emit() {
        stopped |= !taker.test(new FrameRow(location, cfa, List.of(rules), cie.signalFrame()));
    }

    private void advance(long delta) {
        long next = location + delta * cie.codeAlignment();
        if (next != location) {
            emit();
        }
        location = next;
    }

    private void run(ByteView view, long from, long to) throws ElfException {
        ByteCursor cursor = new ByteCursor(view, from);
        while (cursor.position() < to && !stopped) {
            int opcode = cursor.u8();
            int low = opcode & 0x3F;
            switch (opcode >>> 6) {
                case 1 -> advance(low);
                case 2 -> set(low, new RegisterRule.AtOffset(cursor.uleb128() * cie.dataAlignment()));
                case 3 -> restore(low);
                default -> extended(low, cursor, view);
            }
        }
    }

    private void extended(int opcode, ByteCursor cursor, ByteView view) throws ElfException {
        switch (opcode) {
            case 0x00 -> {} // nop
            case 0x01 -> { // set_loc
                long next = PointerEncoding.read(cursor, cie.pointerEncoding(), viewAddress, 0, file);
                if (next != location) {
                    emit();
                }
                location = next;
            }
            case 0x02 -> advance(cursor.u8());
            case 0x03 -> advance(cursor.u16());
            case 0x04 -> advance(cursor.s32() & 0xFFFF_FFFFL);
            case 0x05 -> set((int) cursor.uleb128(), new RegisterRule.AtOffset(cursor.uleb128() * cie.dataAlignment()));
            case 0x06 -> restore((int) cursor.uleb128());
            case 0x07 -> set((int) cursor.uleb128(), UNDEFINED);
            case 0x08 -> set((int) cursor.uleb128(), SAME);
            case 0x09 -> set((int) cursor.uleb128(), new RegisterRule.InRegister((int) cursor.uleb128()));
            case 0x0A -> remembered.push(new State(rules.clone(), cfa));
            case 0x0B -> {
                State state = remembered.poll();
                if (state == null) {
                    throw malformed("restore_state without remember_state");
                }
                System.arraycopy(state.rules, 0, rules, 0, rules.length);
                cfa = state.cfa;
            }
            case 0x0C -> cfa = new CfaRule.RegisterPlus((int) cursor.uleb128(), cursor.uleb128());
            case 0x0D ->
                cfa = new CfaRule.RegisterPlus(
                        (int) cursor.uleb128(), registerCfa().bytes());
            case 0x0E -> cfa = new CfaRule.RegisterPlus(registerCfa().register(), cursor.uleb128());
            case 0x0F -> cfa = new CfaRule.Expression(block(cursor, view));
            case 0x10 -> set((int) cursor.uleb128(), new RegisterRule.AtExpression(block(cursor, view)));
            case 0x11 -> set((int) cursor.uleb128(), new RegisterRule.AtOffset(cursor.sleb128() * cie.dataAlignment()));
            case 0x12 -> cfa = new CfaRule.RegisterPlus((int) cursor.uleb128(), cursor.sleb128() * cie.dataAlignment());
            case 0x13 ->
                cfa = new CfaRule.RegisterPlus(registerCfa().register(), cursor.sleb128() * cie.dataAlignment());
            case 0x14 ->
                set((int) cursor.uleb128(), new RegisterRule.ValueOffset(cursor.uleb128() * cie.dataAlignment()));
            case 0x15 ->
                set((int) cursor.uleb128(), new RegisterRule.ValueOffset(cursor.sleb128() * cie.dataAlignment()));
            case 0x16 -> set((int) cursor.uleb128(), new RegisterRule.ValueExpression(block(cursor, view)));
            case 0x2E -> cursor.uleb128(); // GNU_args_size
            case 0x2F -> // GNU_negative_offset_extended
                set((int) cursor.uleb128(), new RegisterRule.AtOffset(-cursor.uleb128() * cie.dataAlignment()));
            default -> throw malformed("call frame instruction 0x" + Integer.toHexString(opcode));
        }
    }

    private CfaRule.RegisterPlus registerCfa() throws ElfException {
        if (cfa instanceof CfaRule.RegisterPlus plus) {
            return plus;
        }
        throw malformed("a register or an offset for a frame address that is an expression");
    }

    /** A length and so many bytes; moves on. */
    private static ByteView block(ByteCursor cursor, ByteView view) throws ElfException {
        long length = cursor.uleb128();
        ByteView block = view.slice(cursor.position(), length);
        cursor.position(cursor.position() + length);
        return block;
    }

    /** Registers that are not followed, such as those of vectors, are passed over. */
    private void set(int register, RegisterRule rule) {
        if (register >= 0 && register < rules.length) {
            rules[register] = rule;
        }
    }

    private void restore(int register) {
        RegisterRule[] before = initial;
        if (before != null && register >= 0 && register < rules.length) {
            rules[register] = before[register];
        }
    }

    private static ElfException malformed(String what) {
        return new ElfException(ElfError.MALFORMED, ".eh_frame: " + what);
    }

    /** The row that holds at an address of a description. */
    static @Nullable FrameRow rowAt(FrameTable table, FrameTable.Fde fde, long address) throws ElfException {
        List<FrameRow> last = new ArrayList<>(1);
        run(table, fde, row -> {
            if (row.start() > address) {
                return false;
            }
            last.clear();
            last.add(row);
            return true;
        });
        return last.isEmpty() ? null : last.getFirst();
    }
}
