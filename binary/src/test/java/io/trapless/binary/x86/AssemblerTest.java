package io.trapless.binary.x86;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trapless.binary.x86.AssemblerException.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Every method, with registers and addressing forms of every encoding class, against what objdump reads. */
class AssemblerTest {
    private static final long BASE = 0x7f0000001000L;
    private static final int[] SIZES = {1, 2, 4, 8};

    private final Assembler assembler = new Assembler(BASE);
    private final List<String> expected = new ArrayList<>();

    @Test
    void moves() throws Exception {
        forSizes((size, registers) -> {
            expect("mov " + pair(registers, size), a -> a.mov(registers[0], registers[1], size));
        });
        forMemory((mem, register) -> {
            for (int size : SIZES) {
                expect("mov " + name(register, size) + "," + text(mem, size), a -> a.mov(register, mem, size));
                expect("mov " + text(mem, size) + "," + name(register, size), a -> a.mov(mem, register, size));
            }
            for (int from : new int[] {1, 2}) {
                expect("movzx " + name(register, 4) + "," + text(mem, from), a -> a.movzx(register, mem, from));
                expect("movsx " + name(register, 8) + "," + text(mem, from), a -> a.movsx(register, mem, from));
            }
            expect("mov " + name(register, 4) + "," + text(mem, 4), a -> a.movzx(register, mem, 4));
            expect("movsxd " + name(register, 8) + "," + text(mem, 4), a -> a.movsx(register, mem, 4));
            expect("lea " + name(register, 8) + "," + text(mem, 0), a -> a.lea(register, mem));
            expect("mov " + text(mem, 1) + ",0x7f", a -> a.mov(mem, 0x7f, 1));
            expect("mov " + text(mem, 2) + ",0x8001", a -> a.mov(mem, 0x8001, 2));
            expect("mov " + text(mem, 4) + ",0xfffffffe", a -> a.mov(mem, -2, 4));
            expect("mov " + text(mem, 8) + ",0x12345678", a -> a.mov(mem, 0x12345678, 8));
            expect("push " + text(mem, 8), a -> a.push(mem));
            expect("pop " + text(mem, 8), a -> a.pop(mem));
            int xmm = register.id();
            expect("movq " + text(mem, 8) + ",xmm" + xmm, a -> a.movq(mem, xmm));
            expect("movd " + text(mem, 4) + ",xmm" + xmm, a -> a.movd(mem, xmm));
            expect("set" + "ne " + text(mem, 1), a -> a.setcc(Condition.NE, mem));
        });
        for (Gpr r : Gpr.values()) {
            expect("mov " + name(r, 4) + ",0x0", a -> a.mov(r, 0));
            expect("mov " + name(r, 4) + ",0xffffffff", a -> a.mov(r, 0xFFFFFFFFL));
            expect("mov " + name(r, 8) + ",0xffffffffffffffff", a -> a.mov(r, -1));
            expect("movabs " + name(r, 8) + ",0x100000000", a -> a.mov(r, 1L << 32));
            expect("push " + name(r, 8), a -> a.push(r));
            expect("pop " + name(r, 8), a -> a.pop(r));
            expect("movq " + name(r, 8) + ",xmm" + r.id(), a -> a.movq(r, r.id()));
            expect("movd " + name(r, 4) + ",xmm" + (15 - r.id()), a -> a.movd(r, 15 - r.id()));
            expect("bswap " + name(r, 4), a -> a.bswap(r, 4));
            expect("bswap " + name(r, 8), a -> a.bswap(r, 8));
            expect("movzx " + name(r, 4) + "," + name(r, 1), a -> a.movzx(r, r, 1));
            expect("movzx eax," + name(r, 2), a -> a.movzx(Gpr.RAX, r, 2));
            expect("mov r9d," + name(r, 4), a -> a.movzx(Gpr.R9, r, 4));
            expect("movsx r9," + name(r, 1), a -> a.movsx(Gpr.R9, r, 1));
            expect("movsx " + name(r, 8) + "," + name(r, 2), a -> a.movsx(r, r, 2));
            expect("movsxd " + name(r, 8) + ",ebp", a -> a.movsx(r, Gpr.RBP, 4));
        }
        expect("push 0xffffffffffffff80", a -> a.push(-128));
        expect("push 0x7fffffff", a -> a.push(0x7FFFFFFF));
        verify();
    }

    @Test
    void arithmetic() throws Exception {
        for (Arithmetic operation : Arithmetic.values()) {
            String op = operation.name().toLowerCase(Locale.ROOT) + " ";
            forSizes((size, r) -> expect(op + pair(r, size), a -> a.alu(operation, r[0], r[1], size)));
            forMemory((mem, register) -> {
                for (int size : SIZES) {
                    expect(
                            op + name(register, size) + "," + text(mem, size),
                            a -> a.alu(operation, register, mem, size));
                    expect(
                            op + text(mem, size) + "," + name(register, size),
                            a -> a.alu(operation, mem, register, size));
                    expect(op + text(mem, size) + ",0x7f", a -> a.alu(operation, mem, 0x7F, size));
                }
                expect(op + text(mem, 2) + ",0x1234", a -> a.alu(operation, mem, 0x1234, 2));
                expect(op + text(mem, 8) + ",0x12345678", a -> a.alu(operation, mem, 0x12345678, 8));
            });
            for (Gpr r : Gpr.values()) {
                expect(op + name(r, 1) + ",0x80", a -> a.alu(operation, r, 0x80, 1));
                expect(op + name(r, 2) + ",0x7fff", a -> a.alu(operation, r, 0x7FFF, 2));
                expect(op + name(r, 4) + ",0x80", a -> a.alu(operation, r, 0x80, 4));
                expect(op + name(r, 8) + ",0xffffffffffffff80", a -> a.alu(operation, r, -128, 8));
            }
        }
        verify();
    }

    @Test
    void namedArithmeticIsTheOperationItNames() throws Exception {
        Gpr r = Gpr.R10;
        Mem m = Mem.of(Gpr.RBX, 8);
        expect("add r10,rax", a -> a.add(r, Gpr.RAX, 8));
        expect("or r10,QWORD PTR [rbx+0x8]", a -> a.or(r, m, 8));
        expect("adc QWORD PTR [rbx+0x8],r10", a -> a.adc(m, r, 8));
        expect("sbb r10d,0x1", a -> a.sbb(r, 1, 4));
        expect("and DWORD PTR [rbx+0x8],0x1", a -> a.and(m, 1, 4));
        expect("sub r10,rax", a -> a.sub(r, Gpr.RAX, 8));
        expect("xor r10d,r10d", a -> a.xor(r, r, 4));
        expect("cmp BYTE PTR [rbx+0x8],0x0", a -> a.cmp(m, 0, 1));
        verify();
    }

    @Test
    void otherIntegerInstructions() throws Exception {
        forSizes((size, r) -> expect("test " + pair(r, size), a -> a.test(r[0], r[1], size)));
        forMemory((mem, register) -> {
            for (int size : SIZES) {
                expect("test " + text(mem, size) + ",0x40", a -> a.test(mem, 0x40, size));
                expect("inc " + text(mem, size), a -> a.inc(mem, size));
                expect("dec " + text(mem, size), a -> a.dec(mem, size));
                expect("lock inc " + text(mem, size), a -> a.lockInc(mem, size));
                expect("lock dec " + text(mem, size), a -> a.lockDec(mem, size));
                String pair = text(mem, size) + "," + name(register, size);
                expect("lock cmpxchg " + pair, a -> a.lockCmpxchg(mem, register, size));
                expect("lock xadd " + pair, a -> a.lockXadd(mem, register, size));
                expect("xchg " + pair, a -> a.xchg(mem, register, size));
            }
        });
        for (Gpr r : Gpr.values()) {
            String q = name(r, 8);
            for (int size : SIZES) {
                expect("test " + name(r, size) + ",0x10", a -> a.test(r, 0x10, size));
                expect("inc " + name(r, size), a -> a.inc(r, size));
                expect("dec " + name(r, size), a -> a.dec(r, size));
            }
            expect("imul " + q + ",r9", a -> a.imul(r, Gpr.R9));
            expect("imul rcx," + q + ",0xfffffffffffffff0", a -> a.imul(Gpr.RCX, r, -16));
            expect("imul " + q + ",rsi,0x12345", a -> a.imul(r, Gpr.RSI, 0x12345));
            expect("mul " + q, a -> a.mul(r));
            expect("div " + q, a -> a.div(r));
            expect("idiv " + q, a -> a.idiv(r));
            expect("neg " + q, a -> a.neg(r));
            expect("not " + q, a -> a.not(r));
            expect("shl " + q + ",0x3f", a -> a.shl(r, 63));
            expect("shr " + q + ",0x10", a -> a.shr(r, 16));
            expect("sar " + q + ",0x2", a -> a.sar(r, 2));
            expect("shl " + q + ",cl", a -> a.shlCl(r));
            expect("shr " + q + ",cl", a -> a.shrCl(r));
            expect("sar " + q + ",cl", a -> a.sarCl(r));
            expect("shrd " + q + ",rdx,0x10", a -> a.shrd(r, Gpr.RDX, 16));
            expect("shrd rax," + q + ",0x1", a -> a.shrd(Gpr.RAX, r, 1));
            expect("rdpid " + q, a -> a.rdpid(r));
            expect("lsl " + name(r, 4) + ",eax", a -> a.lsl(r, Gpr.RAX));
        }
        verify();
    }

    @Test
    void conditions() throws Exception {
        String[] names = {"o", "no", "b", "ae", "e", "ne", "be", "a", "s", "ns", "p", "np", "l", "ge", "le", "g"};
        for (Condition condition : Condition.values()) {
            String name = names[condition.id()];
            assertThat(Condition.of(0x80 | condition.id())).isEqualTo(condition);
            assertThat(condition.negate().negate()).isEqualTo(condition);
            for (Gpr r : Gpr.values()) {
                expect("set" + name + " " + name(r, 1), a -> a.setcc(condition, r));
                expect("cmov" + name + " r8," + name(r, 8), a -> a.cmovcc(condition, Gpr.R8, r));
            }
            expect("j" + name + " 0x7f0000000000", a -> a.jcc(condition, 0x7f0000000000L));
        }
        verify();
    }

    @Test
    void plainInstructions() throws Exception {
        expect("pushf", Assembler::pushfq);
        expect("popf", Assembler::popfq);
        expect("lahf", Assembler::lahf);
        expect("sahf", Assembler::sahf);
        expect("cld", Assembler::cld);
        expect("cqo", Assembler::cqo);
        expect("cdq", Assembler::cdq);
        expect("ret", Assembler::ret);
        expect("rep movs BYTE PTR es:[rdi],BYTE PTR ds:[rsi]", Assembler::repMovsb);
        expect("rep stos BYTE PTR es:[rdi],al", Assembler::repStosb);
        expect("repnz scas al,BYTE PTR es:[rdi]", Assembler::repneScasb);
        expect("rdtsc", Assembler::rdtsc);
        expect("rdtscp", Assembler::rdtscp);
        expect("syscall", Assembler::syscall);
        expect("pause", Assembler::pause);
        expect("int3", Assembler::int3);
        expect("ud2", Assembler::ud2);
        verify();
    }

    @Test
    void indirectBranches() throws Exception {
        forMemory((mem, register) -> {
            expect("jmp " + text(mem, 8), a -> a.jmp(mem));
            expect("call " + text(mem, 8), a -> a.call(mem));
        });
        for (Gpr r : Gpr.values()) {
            expect("jmp " + name(r, 8), a -> a.jmp(r));
            expect("call " + name(r, 8), a -> a.call(r));
        }
        verify();
    }

    @Test
    void labels() throws Exception {
        Label back = assembler.here();
        Label forward = assembler.label();
        long begin = BASE;
        expect("jmp " + hex(begin), a -> a.jmp(back));
        expect("je " + hex(begin), a -> a.jcc(Condition.E, back));
        assertThat(assembler.position()).isEqualTo(4);
        expect("call " + hex(begin), a -> a.call(back));
        expect("lea rax,[rip+" + hexInt(-16) + "]", a -> a.lea(Gpr.RAX, Mem.rip(back)));
        int end = 16 + 5 + 6 + 5 + 2 + 2 + 2 + 11;
        expect("jmp " + hex(begin + end), a -> a.jmp(forward));
        expect("jne " + hex(begin + end), a -> a.jcc(Condition.NE, forward));
        expect("call " + hex(begin + end), a -> a.call(forward));
        expect("jmp " + hex(begin + end), a -> a.shortJmp(forward));
        expect("jo " + hex(begin + end), a -> a.shortJcc(Condition.O, forward));
        expect("jrcxz " + hex(begin + end), a -> a.jrcxz(forward));
        expect("mov QWORD PTR [rip+0x0],0x7", a -> a.mov(Mem.rip(forward), 7, 8));
        assembler.bind(forward);
        assertThat(assembler.addressOf(forward)).isEqualTo(begin + end);
        expect("jmp 0x7f0080001035", a -> a.jmp(0x7f0080001035L));
        expect("call 0x7eff8000103b", a -> a.call(0x7eff8000103bL));
        verify();
    }

    @Test
    void dataAndPadding() {
        assembler.db((byte) 1, (byte) 2);
        assembler.align(8);
        Label here = assembler.here();
        assembler.dd(0x01020304);
        assembler.dq(0x1122334455667788L);
        Label later = assembler.label();
        assembler.dq(here);
        assembler.dq(later);
        assembler.bind(later);
        assertThat(assembler.toByteArray())
                .isEqualTo(bytes("0102660f1f440000 04030201 8877665544332211 08100000007f0000 24100000007f0000"));
    }

    @Test
    void everyLengthOfNopIsThatManyBytesOfNop() throws Exception {
        for (int length = 1; length <= 40; length++) {
            Assembler a = new Assembler(0);
            a.nop(length);
            List<Objdump.Line> lines = Objdump.disassemble(a.toByteArray(), 0);
            assertThat(lines).allMatch(line -> line.text().matches("nop.*|xchg ax,ax"));
            assertThat(lines.stream().mapToInt(Objdump.Line::length).sum()).isEqualTo(length);
            assertThat(lines).hasSize((length + 8) / 9);
        }
    }

    @Test
    void aLongBackwardJumpTakes32Bits() {
        Label start = assembler.here();
        assembler.nop(126);
        assembler.jmp(start);
        assertThat(assembler.position()).isEqualTo(128);
        assembler.jmp(start);
        assertThat(assembler.position()).isEqualTo(133);
    }

    @Test
    void whatCannotBeEncodedIsSaid() {
        refused(Reason.OUT_OF_RANGE, a -> a.jmp(BASE + (1L << 31) + 5));
        refused(Reason.OUT_OF_RANGE, a -> a.call(BASE - (1L << 31)));
        refused(Reason.OUT_OF_RANGE, a -> a.lea(Gpr.RAX, Mem.ripAbsolute(0)));
        refused(Reason.OUT_OF_RANGE, a -> {
            Label far = a.label();
            a.jrcxz(far);
            a.nop(128);
            a.bind(far);
        });
        refused(Reason.IMMEDIATE_TOO_WIDE, a -> a.add(Gpr.RAX, 256, 1));
        refused(Reason.IMMEDIATE_TOO_WIDE, a -> a.mov(Mem.fs(0), 0x10000, 2));
        refused(Reason.IMMEDIATE_TOO_WIDE, a -> a.shl(Gpr.RAX, 64));
        refused(Reason.BAD_OPERAND, a -> a.mov(Gpr.RAX, Gpr.RCX, 3));
        refused(Reason.BAD_OPERAND, a -> a.mov(Gpr.RAX, Mem.of(Gpr.RAX, Gpr.RSP, 1, 0), 8));
        refused(Reason.BAD_OPERAND, a -> a.movq(Mem.fs(0), 16));
        refused(Reason.BAD_LABEL, a -> a.jmp(new Assembler(0).label()));
        refused(Reason.BAD_LABEL, a -> a.bind(a.here()));
        refused(Reason.BAD_LABEL, a -> {
            a.jmp(a.label());
            a.toByteArray();
        });
    }

    private static void refused(Reason reason, Consumer<Assembler> code) {
        assertThatThrownBy(() -> code.accept(new Assembler(BASE)))
                .isInstanceOfSatisfying(
                        AssemblerException.class, e -> assertThat(e.reason()).isEqualTo(reason));
    }

    private void expect(String text, Consumer<Assembler> instruction) {
        instruction.accept(assembler);
        expected.add(text);
    }

    private void verify() throws Exception {
        List<Objdump.Line> lines = Objdump.disassemble(assembler.toByteArray(), BASE);
        List<String> texts = new ArrayList<>();
        for (Objdump.Line line : lines) {
            texts.add(line.text());
        }
        for (int i = 0; i < expected.size(); i++) {
            assertThat(i < texts.size() ? texts.get(i) : "nothing")
                    .as("instruction " + i)
                    .isEqualTo(expected.get(i));
        }
        assertThat(texts).hasSameSizeAs(expected);
    }

    private interface SizedPair {
        void accept(int size, Gpr[] registers);
    }

    private static void forSizes(SizedPair action) {
        for (int size : SIZES) {
            for (Gpr first : Gpr.values()) {
                for (Gpr second : new Gpr[] {Gpr.RAX, Gpr.RSP, Gpr.RDI, Gpr.R8, Gpr.R13}) {
                    action.accept(size, new Gpr[] {first, second});
                }
            }
        }
    }

    private static void forMemory(BiConsumer<Mem, Gpr> action) {
        int turn = 0;
        for (int disp : new int[] {0, 1, 127, -128, 128, -129, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
            for (Gpr base : Gpr.values()) {
                action.accept(Mem.of(base, disp), Gpr.of(turn++ & 15));
                Gpr index = Gpr.of((turn * 7 & 15) == 4 ? 12 : turn * 7 & 15);
                action.accept(Mem.of(base, index, 1 << (turn & 3), disp), Gpr.of(turn++ * 5 & 15));
            }
            action.accept(Mem.fs(disp), Gpr.of(turn++ & 15));
            action.accept(Mem.of(Gpr.RDX, disp).in(Segment.GS), Gpr.of(turn++ & 15));
            action.accept(Mem.ofIndex(Gpr.R12, 8, disp), Gpr.of(turn++ & 15));
        }
    }

    private static String text(Mem mem, int size) {
        String pointer = switch (size) {
            case 1 -> "BYTE PTR ";
            case 2 -> "WORD PTR ";
            case 4 -> "DWORD PTR ";
            case 8 -> "QWORD PTR ";
            default -> "";
        };
        String segment =
                mem.segment() == Segment.NONE ? "" : mem.segment().name().toLowerCase(Locale.ROOT) + ":";
        if (mem.base() == null && mem.index() == null) {
            return pointer + segment + hexInt(mem.disp()).replace("+", "");
        }
        StringBuilder inner = new StringBuilder();
        if (mem.base() != null) {
            inner.append(name(mem.base(), 8));
        }
        if (mem.index() != null) {
            inner.append(inner.isEmpty() ? "" : "+")
                    .append(name(mem.index(), 8))
                    .append("*")
                    .append(mem.scale());
        }
        boolean bare = mem.disp() == 0 && mem.base() != null && (mem.base().id() & 7) != 5;
        String disp = bare ? "" : (mem.disp() < 0 ? "-" : "+") + "0x" + Integer.toHexString(Math.abs(mem.disp()));
        return pointer + segment + "[" + inner + disp + "]";
    }

    private static String hexInt(int value) {
        return "0x" + Long.toHexString(value);
    }

    private static String hex(long value) {
        return "0x" + Long.toHexString(value);
    }

    private static String pair(Gpr[] registers, int size) {
        return name(registers[0], size) + "," + name(registers[1], size);
    }

    private static String name(Gpr register, int size) {
        int id = register.id();
        String legacy = register.name().toLowerCase(Locale.ROOT).substring(1);
        if (id >= 8) {
            return "r" + id + (size == 1 ? "b" : size == 2 ? "w" : size == 4 ? "d" : "");
        }
        return switch (size) {
            case 1 -> id < 4 ? legacy.charAt(0) + "l" : legacy + "l";
            case 2 -> legacy;
            case 4 -> "e" + legacy;
            default -> "r" + legacy;
        };
    }

    private static byte[] bytes(String hex) {
        return java.util.HexFormat.of().parseHex(hex.replace(" ", ""));
    }
}
