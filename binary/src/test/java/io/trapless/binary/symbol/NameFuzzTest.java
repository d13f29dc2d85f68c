package io.trapless.binary.symbol;

import io.trapless.fuzz.Fuzzing;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NameFuzzTest {
    private static final List<byte[]> SEEDS = Stream.of(
                    "_ZNSt6vectorIiSaIiEE9push_backEOi.part.0",
                    "_ZZN1A1fEvENKUlT_E_clIiEEDaS0_@@V1",
                    "_ZN4core3fmt9Formatter3pad17h0123456789abcdefE.llvm.123",
                    "_ZN5alloc5boxed12Box$LT$T$GT$3new17h0123456789abcdefE",
                    "_RNvMs_NtCs1234_7mycrate3fooINtB4_3BarpE3baz",
                    "_RNCINkXs25_NgCsbmNqQUJIY6D_4core5sliceINyB9_4IterhENuNgNoBb_4iter8iterator8Iterator9rpositionNCNgNpB9_6memchr7memrchrs_0E0Bb_",
                    "_RIC0Kj7b_KhA_KaN_Kb1_Kc41_E",
                    "_RMC0FUKCRL_eEuDNtB_1TG_p1AjEL0_",
                    "8@%rdi -4@$-5 1@%al 8@16(%rsp,%rax,8) 4@sym+4(%rip) -2@%fs:8(%rbx) 8f@%xmm0 4@(,%rcx,4)",
                    "std::vector<int, std::allocator<int> >::push_back(int&&) const [clone .part.0]",
                    "re*a?[!a-y][]x-]\\*")
            .map(s -> s.getBytes(StandardCharsets.UTF_8))
            .toList();

    @Test
    void damagedNamesAreReadOrLeftAsTheyAre() {
        Fuzzing.replay(NameFuzz::fuzzerTestOneInput, SEEDS);
    }

    @Test
    @Tag("long")
    void noTextSurprisesTheReaders(@TempDir Path folder) throws IOException, InterruptedException {
        Fuzzing.search(NameFuzz.class, folder, SEEDS, 1024);
    }
}
