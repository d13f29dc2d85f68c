package io.trapless.tracer.preload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trapless.binary.x86.Assembler;
import io.trapless.binary.x86.Gpr;
import io.trapless.binary.x86.Label;
import io.trapless.binary.x86.Mem;
import io.trapless.tracer.attach.TextChange;
import io.trapless.tracer.preload.LinkPlace.Kind;
import java.util.List;
import java.util.Random;
import java.util.function.ObjLongConsumer;
import org.junit.jupiter.api.Test;

/** Whatever a code generator makes of a place, filling in the template gives the same for any other place; or the code is refused. */
final class RelocatableCodeTest {
    private static final long SITE = 0x1234;
    private static final byte[] ORIGINAL = {0x55, 0x48, (byte) 0x89, (byte) 0xE5, 0x53, 0x50};

    /** Code with a field of each kind, some of them side by side. */
    private static CodeSource.Linked everything(LinkPlace place, boolean rseq, int codeSize) {
        Assembler asm = new Assembler(place.region());
        Label descriptor = asm.label();
        asm.mov(Gpr.RAX, place.rings() + 0x11000);
        asm.mov(Gpr.RCX, place.bias() + SITE);
        asm.mov(Gpr.RDX, Mem.fs(place.tidOffset()), 4);
        asm.mov(Mem.fs(place.rseqOffset() + 8), 0, 8);
        asm.lea(Gpr.RSI, Mem.rip(descriptor));
        asm.cmp(Mem.ripAbsolute(place.region() + codeSize + 4096 + 7), 0, 1);
        asm.jmp(place.bias() + SITE + ORIGINAL.length);
        asm.align(32);
        asm.bind(descriptor);
        asm.dq(descriptor);
        asm.dq(descriptor);
        asm.dq(place.bias() + 0x10);
        asm.dq(place.rings());
        asm.dd(0x01010101);
        Assembler jump = new Assembler(place.bias() + SITE);
        jump.jmp(place.region() + 64);
        byte[] replacement = ORIGINAL.clone();
        System.arraycopy(jump.toByteArray(), 0, replacement, 0, 5);
        return new CodeSource.Linked(
                asm.toByteArray(), List.of(new TextChange(place.bias() + SITE, ORIGINAL, replacement)));
    }

    @Test
    void everyKindOfFieldIsFound() throws Exception {
        RelocatableCode code = RelocatableCode.of(RelocatableCodeTest::everything, true, 8192);
        assertThat(code.fields(Kind.RINGS)).hasSize(2);
        assertThat(code.fields(Kind.BIAS)).hasSize(2);
        assertThat(code.fields(Kind.REGION)).hasSize(2);
        assertThat(code.fields(Kind.DISTANCE)).hasSize(1);
        assertThat(code.fields(Kind.TID)).hasSize(1);
        assertThat(code.fields(Kind.RSEQ)).hasSize(1);
        assertThat(code.changes()).hasSize(1);
        assertThat(code.changes().getFirst().address()).isEqualTo(SITE);
        assertThat(code.changes().getFirst().distanceAt()).isEqualTo(1);
    }

    @Test
    void theTemplateGivesTheCodeOfAnyPlace() throws Exception {
        RelocatableCode code = RelocatableCode.of(RelocatableCodeTest::everything, true, 8192);
        Random random = new Random(20261124);
        for (int i = 0; i < 1000; i++) {
            long bias = 0x5500_0000_0000L + (random.nextLong() & 0xFF_FFFF_F000L);
            long region = bias + (random.nextInt(1 << 20) - (1 << 19)) * 4096L / 2 & -4096;
            LinkPlace place = new LinkPlace(
                    region,
                    bias,
                    0x7F00_0000_0000L + (random.nextInt(1 << 20) << 12),
                    random.nextInt(1 << 16),
                    -random.nextInt(1 << 16));
            assertThat(code.at(place))
                    .as("%s", place)
                    .isEqualTo(everything(place, true, 8192).code());
        }
    }

    @Test
    void reachIsThatOfThirtyTwoBits() throws Exception {
        RelocatableCode code = RelocatableCode.of(RelocatableCodeTest::everything, true, 8192);
        assertThat(code.reaches(1L << 30)).isTrue();
        assertThat(code.reaches(-(1L << 30))).isTrue();
        assertThat(code.reaches((1L << 31) + 4096)).isFalse();
        assertThat(code.reaches(-(1L << 31) - 8192)).isFalse();
    }

    @Test
    void whatNoFieldCanExpressIsRefused() {
        refused((asm, region) -> asm.dd((int) region), "unknown way");
        refused((asm, region) -> asm.dq(3 * region), "unknown way");
        refused((asm, region) -> asm.dq(region >>> 1), "unknown way");
        refused((asm, region) -> asm.db((byte) (region >>> 40)), "unknown way");
        refused((asm, region) -> asm.nop((int) (region >>> 32 & 7)), "length");
    }

    private static void refused(ObjLongConsumer<Assembler> emission, String reason) {
        CodeSource source = (place, _, _) -> {
            Assembler asm = new Assembler(place.region());
            asm.ret();
            emission.accept(asm, place.region());
            asm.ret();
            return new CodeSource.Linked(asm.toByteArray(), List.of());
        };
        assertThatThrownBy(() -> RelocatableCode.of(source, true, 4096))
                .isInstanceOf(NotRelocatableException.class)
                .hasMessageContaining(reason);
    }

    @Test
    void aJumpThatDependsOnMoreThanTheDistanceIsRefused() {
        CodeSource source = (place, _, _) -> new CodeSource.Linked(
                new byte[] {(byte) 0xC3}, List.of(new TextChange(place.bias(), new byte[] {1, 2}, new byte[] {
                    (byte) 0xEB, (byte) (place.bias() >>> 24)
                })));
        assertThatThrownBy(() -> RelocatableCode.of(source, true, 4096)).hasMessageContaining("jump");
    }
}
