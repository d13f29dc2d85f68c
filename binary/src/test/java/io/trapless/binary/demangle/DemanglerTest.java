package io.trapless.binary.demangle;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapless.binary.elf.ElfException;
import io.trapless.binary.elf.ElfFile;
import io.trapless.binary.elf.ElfSymbols;
import io.trapless.binary.elf.Tools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemanglerTest {
    @TempDir
    static Path directory;

    @Test
    void whatIsNotMangledHasNoReadableForm() {
        assertThat(Demangler.demangle("malloc")).isNull();
        assertThat(Demangler.demangle("_Z")).isNull();
        assertThat(Demangler.demangle("_ZN")).isNull();
        assertThat(Demangler.demangle("_R")).isNull();
        assertThat(Demangler.demangle("")).isNull();
        assertThat(Demangler.demangle("_Z" + "N".repeat(5000))).isNull();
    }

    @Test
    void cpp() {
        assertThat(CppDemangler.isAvailable())
                .as("libstdc++.so.6 is missing: install Debian package libstdc++6")
                .isTrue();
        assertThat(Demangler.demangle("_ZNK5outer6Widget4sizeEl")).isEqualTo("outer::Widget::size(long) const");
        assertThat(Demangler.demangle("_ZN3foo3barEv.cold")).isEqualTo("foo::bar() [.cold]");
        assertThat(Demangler.demangle("_ZN3foo3barEv@@V1")).isEqualTo("foo::bar() [@@V1]");
    }

    @Test
    void rustLegacy() {
        assertThat(Demangler.demangle("_ZN4core3fmt9Formatter9write_str17h0123456789abcdefE"))
                .isEqualTo("core::fmt::Formatter::write_str");
        assertThat(
                        Demangler.demangle(
                                "_ZN71_$LT$Test$u20$$u2b$$u20$$u27$static$u20$as$u20$foo..Bar$LT$Test$GT$$GT$3bar17h0123456789abcdefE"))
                .isEqualTo("<Test + 'static as foo::Bar<Test>>::bar");
        assertThat(Demangler.demangle("_ZN3foo3bar17h0123456789abcdefE.llvm.42"))
                .isEqualTo("foo::bar [.llvm.42]");
        assertThat(Demangler.demangle("_ZN3foo17h05af221e174051e9E")).isEqualTo("foo");
    }

    /** Examples of the v0 specification, and forms that compilers emit. */
    @Test
    void rustV0() {
        assertThat(Demangler.demangle("_RNvC6_123foo3bar")).isEqualTo("123foo::bar");
        assertThat(Demangler.demangle("_RNqCs4fqI2P2rA04_11utf8_identsu30____7hkackfecea1cbdathfdh9hlq6y"))
                .isEqualTo("utf8_idents::საჭმელად_გემრიელი_სადილი");
        assertThat(Demangler.demangle("_RNCNCNgCs6DXkGYLi8lr_2cc5spawn00B5_"))
                .isEqualTo("cc::spawn::{closure#0}::{closure#0}");
        assertThat(Demangler.demangle("_RINvNtC3std3mem8align_ofjE")).isEqualTo("std::mem::align_of::<usize>");
        assertThat(Demangler.demangle("_RNvMNtCs1GtwyVTP3zf_4core3fmtNtB2_9Formatter9write_str"))
                .isEqualTo("<core::fmt::Formatter>::write_str");
        assertThat(
                        Demangler.demangle(
                                "_RINbNbCskIICzLVPPb_5alloc5alloc8box_freeDINbNiB4_5boxed5FnBoxuEp6OutputuEL_ECs1iopQbuBiw2_3std"))
                .isEqualTo("alloc::alloc::box_free::<dyn alloc::boxed::FnBox<(), Output = ()>>");
        assertThat(Demangler.demangle("_RMC0INtC8arrayvec8ArrayVechKj7b_E")).isEqualTo("<arrayvec::ArrayVec<u8, 123>>");
        assertThat(Demangler.demangle("_RMCs4fqI2P2rA04_13const_genericINtB0_8UnsignedKhb_E"))
                .isEqualTo("<const_generic::Unsigned<11>>");
        assertThat(Demangler.demangle("_RMCs4fqI2P2rA04_13const_genericINtB0_6SignedKs98_E"))
                .isEqualTo("<const_generic::Signed<152>>");
        assertThat(Demangler.demangle("_RMCs4fqI2P2rA04_13const_genericINtB0_6SignedKanb_E"))
                .isEqualTo("<const_generic::Signed<-11>>");
        assertThat(Demangler.demangle("_RMCs4fqI2P2rA04_13const_genericINtB0_4BoolKb1_E"))
                .isEqualTo("<const_generic::Bool<true>>");
        assertThat(Demangler.demangle("_RMCs4fqI2P2rA04_13const_genericINtB0_4CharKc76_E"))
                .isEqualTo("<const_generic::Char<'v'>>");
        assertThat(Demangler.demangle("_RYFG_FRL0_hEuNtC3foo3Bar")).isNull();
        assertThat(Demangler.demangle("_RINvC3foo3barFUKCRhEuE")).isEqualTo("foo::bar::<unsafe extern \"C\" fn(&u8)>");
    }

    @Test
    void cppNamesAreThoseOfCppfilt() throws IOException {
        compare(names(Path.of("/usr/lib/x86_64-linux-gnu/libstdc++.so.6"), "_Z"), "gnu-v3");
    }

    /** Rust names of both manglings, from whatever Rust program this machine has. */
    @Test
    void rustNamesAreThoseOfCppfilt() throws IOException {
        int compared = 0;
        for (String candidate : List.of(
                "/usr/bin/rg",
                "/usr/bin/fd",
                "/usr/bin/bat",
                "/usr/lib/x86_64-linux-gnu/librsvg-2.so.2",
                System.getProperty("user.home") + "/.cargo/bin/rustup")) {
            Path path = Path.of(candidate);
            if (Files.isRegularFile(path)) {
                List<String> rust = names(path, "_R");
                names(path, "_ZN").stream()
                        .filter(n -> n.matches(".*17h[0-9a-f]{16}E"))
                        .forEach(rust::add);
                compared += compare(rust, "rust");
            }
        }
        System.out.println("DemanglerTest: " + compared + " Rust names compared");
    }

    private static int compare(List<String> names, String style) throws IOException {
        if (names.isEmpty()) {
            return 0;
        }
        Path list = Files.write(directory.resolve("names.txt"), names);
        List<String> theirs = Tools.lines("sh", "-c", "c++filt -i -s " + style + " < '" + list + "'");
        List<String> differences = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            String ours = Demangler.demangle(names.get(i));
            String expected = theirs.get(i).equals(names.get(i)) ? null : theirs.get(i);
            if (ours == null ? expected != null : !ours.equals(expected)) {
                differences.add(names.get(i) + ": " + ours + " / " + expected);
            }
        }
        assertThat(differences).isEmpty();
        return names.size();
    }

    private static List<String> names(Path path, String prefix) throws ElfException {
        List<String> found = new ArrayList<>();
        try (ElfFile file = ElfFile.open(path)) {
            for (ElfSymbols table : List.of(file.dynamicSymbols(), file.symbols())) {
                for (int i = 0; i < table.size(); i++) {
                    String name = table.name(i);
                    if (name.startsWith(prefix) && name.indexOf('.') < 0 && name.indexOf('@') < 0) {
                        found.add(name);
                    }
                }
            }
        }
        return found;
    }

    @Test
    void randomRustNamesNeverThrowAndEndSoon() {
        long seed = System.nanoTime();
        System.out.println("DemanglerTest seed " + seed);
        Random random = new Random(seed);
        String alphabet = "CMXYNIBEKRQPOASTFDGULsuv_0123456789abhjp";
        for (int i = 0; i < 100_000; i++) {
            StringBuilder text = new StringBuilder(random.nextInt(4) == 0 ? "_ZN" : "_R");
            for (int n = random.nextInt(40); n > 0; n--) {
                text.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            String mangled = text.toString();
            if (mangled.startsWith("_R")) {
                RustV0Demangler.demangle(mangled);
            } else {
                RustLegacyDemangler.demangle(mangled + "17h0123456789abcdefE");
            }
        }
        // Each back reference doubles the output of the one before.
        StringBuilder bomb = new StringBuilder("_RIC1a");
        for (int i = 0; i < 60; i++) {
            bomb.append("TB").append(i == 0 ? "" : Integer.toString(i % 10)).append("_B_E");
        }
        RustV0Demangler.demangle(bomb + "E");
    }

    @Test
    void namesThatWouldFillTheMemoryAreLeftAsTheyAre() {
        // Each level repeats the one before twice: 2 to the 60th characters.
        StringBuilder substitutions = new StringBuilder("_Z1f1AIiiES_IS0_S0_E");
        for (int i = 1; i < 60; i++) {
            String before = "S" + Integer.toString(i, 36).toUpperCase(java.util.Locale.ROOT) + "_";
            substitutions.append("S_I").append(before).append(before).append('E');
        }
        assertThat(Demangler.demangle(substitutions.toString())).isNull();
        String pack = "J" + "i".repeat(500) + "E";
        assertThat(Demangler.demangle("_Z1fI" + pack.repeat(3) + "EvDp1AIT_JDp1AIT0_JDpT1_EEEE"))
                .isNull();
    }

    @Test
    void whatRealNamesRepeatIsRead() {
        assertThat(Demangler.demangle("_Z1fIJiiEEvDpT_")).isEqualTo("void f<int, int>(int, int)");
        assertThat(Demangler.demangle("_Z1f1AIiiES_IS0_S0_E"))
                .isEqualTo("f(A<int, int>, A<A<int, int>, A<int, int> >)");
    }
}
