package io.trapless.tracer.attach;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class AddressHolesTest {
    private static final long GIB = 1L << 30;

    private static List<MemoryMapping> maps(String... lines) {
        return MemoryMapping.parseAll((String.join("\n", lines) + "\n").getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void besideAModuleWithRoomOnBothSides() {
        List<MemoryMapping> maps = maps("555555554000-555555558000 r-xp 00000000 fd:01 7 /bin/x");
        long address = AddressHoles.nearest(maps, 0, 0x555555554000L, 0x555555558000L, 0x2000);
        assertThat(address).isIn(0x555555559000L, 0x555555554000L - 0x1000 - 0x2000);
    }

    @Test
    void belowAStaticProgramAndNotInItsHeap() {
        List<MemoryMapping> maps = maps(
                "00400000-00500000 r-xp 00000000 fd:01 7 /bin/x", "00500000-00600000 rw-p 00000000 00:00 0 [heap]");
        long address = AddressHoles.nearest(maps, 0x500000, 0x400000, 0x500000, 0x10000);
        assertThat(address).isEqualTo(0x400000 - 0x1000 - 0x10000);
        assertThat(AddressHoles.nearest(maps, 0x500000, 0x400000, 0x500000, 0x400000))
                .as("too large for the hole below: well above the heap")
                .isGreaterThanOrEqualTo(0x600000 + GIB / 64)
                .isLessThan(2 * GIB);
    }

    @Test
    void notWhereTheHeapWillBegin() {
        List<MemoryMapping> maps = maps("00010000-00500000 r-xp 00000000 fd:01 7 /bin/x");
        assertThat(AddressHoles.nearest(maps, 0x520000, 0x10000, 0x500000, 0x10000))
                .isGreaterThan(0x520000);
    }

    @Test
    void notRightBelowTheStack() {
        List<MemoryMapping> maps = maps(
                "7ffff7dd0000-7ffff7dd1000 r-xp 00000000 fd:01 7 /lib/y",
                "7ffff7dd2000-7ffff7df3000 rw-p 00000000 00:00 0 [stack]");
        long address = AddressHoles.nearest(maps, 0, 0x7ffff7dd0000L, 0x7ffff7dd1000L, 0x1000);
        assertThat(address).isLessThan(0x7ffff7dd0000L);
    }

    @Test
    void noneWithinReach() {
        List<MemoryMapping> maps =
                maps("100000000-200000000 r-xp 00000000 fd:01 7 /bin/x", "200000000-400000000 rw-p 00000000 00:00 0 ");
        assertThat(AddressHoles.nearest(maps, 0, 0x1c0000000L, 0x1c0001000L, 0x1000))
                .isZero();
    }

    @Test
    void namesAndNumbersOfTheMap() {
        MemoryMapping mapping = maps("7f0000000000-7f0000001000 r--s 0000a000 103:02 123456 /a dir/b\\012c (deleted)")
                .getFirst();
        assertThat(mapping.path()).isEqualTo("/a dir/b\nc");
        assertThat(mapping.deleted()).isTrue();
        assertThat(mapping.shared()).isTrue();
        assertThat(mapping.offset()).isEqualTo(0xa000);
        assertThat(mapping.inode()).isEqualTo(123456);
        assertThat(mapping.device()).isEqualTo(0x10302L);
    }
}
