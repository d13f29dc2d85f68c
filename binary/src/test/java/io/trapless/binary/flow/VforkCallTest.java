package io.trapless.binary.flow;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapless.binary.elf.ElfFile;
import io.trapless.binary.elf.ElfImage;
import io.trapless.binary.symbol.Function;
import io.trapless.binary.symbol.SymbolTable;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Where the C library makes vfork children. */
class VforkCallTest {
    private static final long BASE = 0x1000;

    private static List<VforkCall> find(String code) {
        return VforkCall.findAll(
                List.of(new ImageView.Section(BASE, HexFormat.of().parseHex(code))));
    }

    @Test
    void theCalls() {
        assertThat(find("5f" + "b83a000000" + "0f05" + "57"))
                .containsExactly(new VforkCall(BASE + 1, VforkCall.Kind.VFORK));
        assertThat(find("b838000000" + "0f05" + "4885c0" + "7c00"))
                .containsExactly(new VforkCall(BASE, VforkCall.Kind.CLONE));
        assertThat(find("9090" + "b8b3010000" + "0f05" + "4885c0"))
                .containsExactly(new VforkCall(BASE + 2, VforkCall.Kind.CLONE3));
        assertThat(find("31f6" + "488b442408" + "415c" + "0f05" + "4154" + "483d01f0ffff"))
                .containsExactly(new VforkCall(BASE + 2, VforkCall.Kind.GO));
    }

    @Test
    void othersAreNot() {
        assertThat(find("b839000000" + "0f05" + "4885c0")).as("fork").isEmpty();
        assertThat(find("b838000000" + "0f05" + "89c2"))
                .as("flags may be read behind it")
                .isEmpty();
        assertThat(find("b83a000000" + "0f05" + "57")).as("nothing before it").isEmpty();
        assertThat(find("5f" + "b83a000000" + "0f05")).as("cut off").isEmpty();
        assertThat(find("488b442408" + "0f05" + "4154"))
                .as("keeps its return address")
                .isEmpty();
        assertThat(find("")).isEmpty();
    }

    @Test
    void itsBytesAreTheMove() {
        VforkCall call = new VforkCall(BASE, VforkCall.Kind.CLONE3);
        assertThat(call.original()).isEqualTo(HexFormat.of().parseHex("b8b3010000"));
        assertThat(call.range()).isEqualTo(new DisplacedRange(BASE, BASE + 5, 5, 5, true));
        VforkCall gos = new VforkCall(BASE, VforkCall.Kind.GO);
        assertThat(gos.original()).isEqualTo(HexFormat.of().parseHex("488b442408" + "415c"));
        assertThat(gos.range()).isEqualTo(new DisplacedRange(BASE, BASE + 7, 7, 7, true));
    }

    /** That of this machine has each of them once, where its symbols say. */
    @Test
    void theCLibraryHasThemAll() throws Exception {
        Path path = Path.of("/usr/lib/x86_64-linux-gnu/libc.so.6");
        try (ElfFile libc = ElfFile.open(path)) {
            List<VforkCall> calls = VforkCall.findAll(ElfImage.executableSections(libc));
            assertThat(calls)
                    .extracting(VforkCall::kind)
                    .containsExactlyInAnyOrder(VforkCall.Kind.VFORK, VforkCall.Kind.CLONE, VforkCall.Kind.CLONE3);
            List<Function> functions = SymbolTable.of(libc).functions();
            for (VforkCall call : calls) {
                if (call.kind() != VforkCall.Kind.CLONE3) { // which is not exported
                    assertThat(functions).anySatisfy(function -> {
                        assertThat(function.name())
                                .isEqualTo(call.kind() == VforkCall.Kind.VFORK ? "__vfork" : "__clone");
                        assertThat(call.address()).isBetween(function.address(), function.endAddress());
                    });
                }
            }
        }
    }
}
