package io.trapless.binary.x86;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LivenessTest {
    private static final int RAX = 1;
    private static final int RCX = 2;
    private static final int RDX = 4;

    @ParameterizedTest(name = "{1}")
    @CsvSource(delimiter = '|', textBlock = """
            31c0 c3                       | xor %eax,%eax; ret                               | 1 | true
            b801000000 c3                 | mov $1,%eax; ret                                 | 1 | false
            b001 c3                       | mov $1,%al keeps the rest                        | 0 | false
            66b80100 c3                   | mov $1,%ax keeps the rest                        | 0 | false
            488b00 c3                     | mov (%rax),%rax reads first                      | 0 | false
            4889c8 c3                     | mov %rcx,%rax                                    | 1 | false
            0f44c1 c3                     | cmove %ecx,%eax is conditional                   | 0 | false
            31c0 31c9 c3                  | two                                              | 3 | true
            7402 31c0 c3                  | je over it: one path keeps rax                   | 0 | false
            7404 31c0 eb02 31c0 c3        | both paths kill rax, but je reads ZF             | 1 | false
            eb00 31c0 c3                  | jmp to the next                                  | 1 | true
            eb10 31c0 c3                  | jmp out of the buffer                            | 0 | false
            ebfe                          | an endless loop proves nothing                   | 0 | false
            e800000000 31c0               | a call ends the walk                             | 0 | false
            ffe0                          | an indirect jump ends it                         | 0 | false
            0f05 31c0                     | a system call ends it                            | 0 | false
            cc 31c0                       | a trap ends it                                   | 0 | false
            31c0                          | the end of the buffer: rax is decided by then    | 1 | true
            06                            | no instruction                                   | 0 | false
            4839c8 31c0 c3                | cmp %rcx,%rax reads rax; flags die               | 0 | true
            f8 31c0 c3                    | clc kills CF, xor the rest                       | 1 | true
            ffc2 31c0 c3                  | inc keeps CF, xor kills it                       | 1 | true
            ffc2 c3                       | inc keeps CF                                     | 0 | false
            d3e2 31c0 c3                  | shl %cl may leave the flags                      | 1 | false
            c1e200 31c0 c3                | shl $0 leaves the flags; xor kills them          | 1 | true
            c1e203 c3                     | shl $3 kills them                                | 0 | true
            9c 31c0 c3                    | pushf reads them                                 | 1 | false
            11d2 31c0 c3                  | adc reads CF                                     | 1 | false
            0fa2 c3                       | cpuid: reads eax and ecx, kills rdx              | 4 | false
            0f31 c3                       | rdtsc: kills rax and rdx                         | 5 | false
            31db 4531ff c3                | rbx and r15 are never reported                   | 0 | true
            66e900000000 31c0             | what processors disagree about ends the walk     | 0 | false
            f3aa 31c0 c3                  | rep stos reads rcx, rdi, al                      | 0 | true
            f30fbcc1 c3                   | tzcnt may be bsf, which may keep rax             | 0 | false
            """)
    void knownCases(String hex, String name, int registers, boolean flags) {
        byte[] text = HexFormat.of().parseHex(hex.replace(" ", ""));
        assertThat(Liveness.registersDeadAt(text, 0, text.length, 0x1000, 20))
                .as(name)
                .isEqualTo(registers);
        assertThat(Liveness.flagsDeadAt(text, 0, text.length, 0x1000, 20))
                .as(name)
                .isEqualTo(flags);
    }

    @Test
    void theLimitOnInstructionsCountsAllPaths() {
        byte[] text = HexFormat.of().parseHex("909031c031c931d2c3");
        assertThat(Liveness.registersDeadAt(text, 0, text.length, 0, 2)).isZero();
        assertThat(Liveness.registersDeadAt(text, 0, text.length, 0, 3)).isEqualTo(RAX);
        assertThat(Liveness.registersDeadAt(text, 0, text.length, 0, 5)).isEqualTo(RAX | RCX | RDX);
        assertThat(Liveness.registersDeadAt(text, 0, text.length, 0, 0)).isZero();
    }

    @Test
    void jumpsBackBeforeTheStartAreFollowedInsideTheBuffer() {
        byte[] text = HexFormat.of().parseHex("31c0c3ebfb");
        assertThat(Liveness.registersDeadAt(text, 3, text.length, 0x7fff_0000_0003L, 9))
                .isEqualTo(RAX);
        assertThat(Liveness.registersDeadAt(text, 3, 4, 0x7fff_0000_0003L, 9)).isZero();
    }
}
