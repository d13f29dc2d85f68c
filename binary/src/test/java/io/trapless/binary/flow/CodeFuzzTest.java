package io.trapless.binary.flow;

import io.trapless.fuzz.Fuzzing;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CodeFuzzTest {
    private static final List<byte[]> SEEDS = seeds();

    private static List<byte[]> seeds() {
        List<String> codes = List.of(
                // push rbp; mov rbp,rsp; sub rsp,16; mov [rbp-8],rdi; leave; ret; padding
                "554889e54883ec1048897df8c9c3662e0f1f840000000000",
                // cmp edi,5; ja; lea rdx,[rip+8]; movsxd rax,[rdx+rdi*4]; add rax,rdx; jmp rax; a table
                "83ff05771a488d15080000004863 04ba4801d0ffe0f0fffffff4fffffff8ffffff".replace(" ", ""),
                // endbr64; call; jrcxz; loop; jmp short to itself; syscall
                "f30f1efae800000000e3fee2fcebfe0f05",
                // AVX, AVX-512, XOP, 3DNow, REX2, a far jump, a transaction
                "c5f877c4e27d58c062f17c48100 78fe97812c10f0fc99ed5104889 c8ff2d00000000c7f800000000".replace(" ", ""));
        List<byte[]> all = new ArrayList<>();
        for (String code : codes) {
            byte[] bytes = HexFormat.of().parseHex(code);
            ByteBuffer seed =
                    ByteBuffer.allocate(CodeFuzz.HEAD_BYTES + bytes.length).order(ByteOrder.LITTLE_ENDIAN);
            seed.putLong(0x401000).putLong(0x500000).putLong(1).putShort((short) 4);
            seed.putShort((short) 0)
                    .put((byte) 16)
                    .putShort((short) bytes.length)
                    .put((byte) 8);
            all.add(seed.put(CodeFuzz.HEAD_BYTES, bytes).array());
        }
        return all;
    }

    @Test
    void damagedCodeIsReadOrRefused() {
        Fuzzing.replay(CodeFuzz::fuzzerTestOneInput, SEEDS);
    }

    @Test
    @Tag("long")
    void noCodeSurprisesTheAnalysis(@TempDir Path folder) throws IOException, InterruptedException {
        Fuzzing.search(CodeFuzz.class, folder, SEEDS, 300);
    }
}
