package io.trapless.binary.x86;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Encodings that decoders get wrong, one by one. */
class DecoderGoldenTest {
    private static final long ADDRESS = 0x40_0000;

    private final Instruction i = new Instruction();

    private boolean decode(String hex) {
        byte[] code = HexFormat.of().parseHex(hex.replace(" ", ""));
        return Decoder.decode(code, 0, code.length, ADDRESS, i);
    }

    /** Each is followed by more bytes than it has, so that the length must come from the decoder. */
    @ParameterizedTest(name = "{2}")
    @CsvSource(delimiter = '|', textBlock = """
            90                             | NEXT             | nop
            f3 90                          | NEXT             | pause
            66 90                          | NEXT             | xchg %ax,%ax
            f3 0f 1e fa                    | NEXT             | endbr64
            66 2e 0f 1f 84 00 00 00 00 00  | NEXT             | cs nopw 0x0(%rax,%rax,1)
            66 66 66 66 2e 0f 1f 84 00 00 00 00 00 | NEXT     | data16 thrice
            48 b8 01 02 03 04 05 06 07 08  | NEXT             | movabs with REX.W: 8 bytes
            b8 01 02 03 04                 | NEXT             | mov imm32
            66 b8 01 02                    | NEXT             | mov imm16
            66 48 b8 01 02 03 04 05 06 07 08 | NEXT           | REX.W beats 66
            48 66 b8 01 02                 | NEXT             | a REX before 66 is ignored
            48 c7 c0 01 02 03 04           | NEXT             | mov imm32 sign-extended
            66 c7 00 01 02                 | NEXT             | movw imm16
            a1 01 02 03 04 05 06 07 08     | NEXT             | mov moffs64
            67 a1 01 02 03 04              | NEXT             | mov moffs32
            66 68 01 02                    | NEXT             | pushw imm16
            68 01 02 03 04                 | NEXT             | push imm32
            c8 10 00 00                    | NEXT             | enter
            f6 c0 01                       | NEXT             | test imm8 is in group 3
            f6 c8 01                       | NEXT             | its alias
            f7 c0 01 02 03 04              | NEXT             | test imm32 is in group 3
            66 f7 c0 01 02                 | NEXT             | test imm16 is in group 3
            f7 d0                          | NEXT             | not has no immediate
            8d 05 01 02 03 04              | NEXT             | lea rip-relative
            8d 04 25 01 02 03 04           | NEXT             | absolute by SIB
            8d 04 24                       | NEXT             | lea (%rsp)
            8d 44 24 01                    | NEXT             | lea 1(%rsp)
            8d 45 00                       | NEXT             | lea (%rbp)
            41 8d 45 00                    | NEXT             | lea (%r13)
            41 8d 04 24                    | NEXT             | lea (%r12)
            64 48 8b 04 25 28 00 00 00     | NEXT             | mov %fs:0x28,%rax
            e8 01 02 03 04                 | CALL             | call
            67 e8 01 02 03 04              | CALL             | addr32 call
            66 66 48 e8 01 02 03 04        | CALL             | data16 data16 rex.W call: 66 has no say
            e9 01 02 03 04                 | JUMP             | jmp
            eb 01                          | JUMP             | jmp short
            f2 e9 01 02 03 04              | JUMP             | bnd jmp
            74 01                          | CONDITIONAL_JUMP | je
            2e 74 01                       | CONDITIONAL_JUMP | je with a hint
            0f 84 01 02 03 04              | CONDITIONAL_JUMP | je near
            e3 01                          | LOOP             | jrcxz
            67 e3 01                       | LOOP             | jecxz
            e2 01                          | LOOP             | loop
            ff d0                          | INDIRECT_CALL    | call *%rax
            66 48 ff 15 01 02 03 04        | INDIRECT_CALL    | data16 rex.W call *
            3e ff e0                       | INDIRECT_JUMP    | notrack jmp *%rax
            ff 25 01 02 03 04              | INDIRECT_JUMP    | jmp *
            ff 28                          | FAR              | ljmp
            c3                             | RETURN           | ret
            f3 c3                          | RETURN           | repz ret
            c2 08 00                       | RETURN           | ret $8
            48 cf                          | RETURN           | iretq
            c7 f8 01 02 03 04              | XBEGIN           | xbegin
            66 c7 f8 01 02                 | XBEGIN           | xbegin with 16 bits
            c6 f8 01                       | TRAP             | xabort
            cc                             | TRAP             | int3
            cd 80                          | TRAP             | int $0x80
            0f 0b                          | TRAP             | ud2
            67 0f b9 40 02                 | TRAP             | ud1 has a ModRM
            f4                             | TRAP             | hlt
            0f 05                          | SYSCALL          | syscall
            0f 0f c1 9e                    | NEXT             | 3DNow! pfadd
            0f 20 10                       | NEXT             | mov %cr2,%rax: mod is not looked at
            9b                             | NEXT             | fwait alone
            d9 7c 24 02                    | NEXT             | fnstcw
            66 0f 38 00 c1                 | NEXT             | pshufb
            66 0f 3a 0f c1 05              | NEXT             | palignr
            f2 0f 38 f1 c1                 | NEXT             | crc32
            66 f2 0f 38 f1 c1              | NEXT             | crc32 of 16 bits
            66 0f 78 c0 01 02              | NEXT             | extrq has two immediates
            c5 f8 77                       | NEXT             | vzeroupper has no ModRM
            c4 e2 7d 19 05 01 02 03 04     | NEXT             | vbroadcastsd rip-relative
            c4 e3 7d 39 c1 01              | NEXT             | vextracti128
            c4 e2 7d 92 04 05 00 00 00 00  | NEXT             | vgatherdps with a vector index
            8f e9 78 81 c0                 | NEXT             | XOP vfrczpd
            8f ea 78 10 c0 01 02 03 04     | NEXT             | XOP bextr has 4 bytes of immediate
            8f c0                          | NEXT             | pop, not XOP
            62 f1 7c 48 58 c1              | NEXT             | EVEX vaddps
            62 f1 7c 48 58 41 01           | NEXT             | EVEX with compressed displacement
            62 f3 75 48 25 c2 ff           | NEXT             | vpternlogd
            62 f5 7c 48 58 c1              | NEXT             | AVX512-FP16 vaddph
            c4 e2 7b 5e c1                 | NEXT             | AMX tdpbssd
            d5 18 8b 07                    | NEXT             | REX2 mov
            d5 98 af c1                    | NEXT             | REX2 imul in map 1
            d5 00 a1 01 02 03 04 05 06 07 08 | INDIRECT_JUMP  | jmpabs
            62 f4 74 18 83 c0 05           | NEXT             | APX add with an immediate byte
            62 f4 75 18 81 c0 05 06        | NEXT             | APX add with 66: 2 bytes
            62 f4 7c 18 f7 c0 01 02 03 04  | NEXT             | APX ctest has an immediate
            62 f4 7c 18 f7 d0              | NEXT             | APX not has none
            f3 a6                          | NEXT             | repz cmpsb
            f0 48 0f c7 4f 10              | NEXT             | lock cmpxchg16b
            f3 0f c7 f8                    | NEXT             | rdpid
            f3 48 0f ae e8                 | NEXT             | incsspq
            0f ae e8                       | NEXT             | lfence
            f3 0f a7 c0                    | NEXT             | rep xstore
            """)
    void lengthAndFlow(String hex, Flow flow, String name) {
        String digits = hex.replace(" ", "");
        assertThat(decode(digits + "0102030405060708")).as(name).isTrue();
        assertThat(i.length()).as(name).isEqualTo(digits.length() / 2);
        assertThat(i.flow()).as(name).isEqualTo(flow);
        assertThat(decode(digits)).as(name).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "06",
                "0e",
                "16",
                "1e",
                "27",
                "2f",
                "37",
                "3f",
                "60",
                "61",
                "82c000",
                "9a",
                "ce",
                "d4",
                "d6",
                "ea",
                "0f04",
                "0f0a",
                "0f24c0",
                "0f36",
                "8dc0",
                "0fb2c0",
                "fed0",
                "ffd8",
                "fff8",
                "8fc8",
                "0fc7c0",
                "0f0fc100",
                "66c5f877",
                "48c5f877",
                "f0c5f877",
                "62f07c4858c1",
                "c4e07cc1c1",
                "d9d1",
                "0f71c0",
                "48d5008b07",
                "d5000f",
                "d54066",
                "c4e27d920000"
            })
    void noInstruction(String hex) {
        assertThat(decode(hex + "0102030405060708")).isFalse();
        assertThat(i.error()).isEqualTo(DecodeError.INVALID);
    }

    @Test
    void directBranch() {
        assertThat(decode("e8fbffffff")).isTrue();
        assertThat(i.target()).isEqualTo(ADDRESS);
        assertThat(i.branchOffset()).isEqualTo(1);
        assertThat(i.branchSize()).isEqualTo(4);
        assertThat(decode("0f8410000000")).isTrue();
        assertThat(i.target()).isEqualTo(ADDRESS + 6 + 0x10);
        assertThat(i.branchOffset()).isEqualTo(2);
        assertThat(decode("3e74f0")).isTrue();
        assertThat(i.target()).isEqualTo(ADDRESS + 3 - 0x10);
        assertThat(i.branchOffset()).isEqualTo(2);
        assertThat(i.branchSize()).isEqualTo(1);
        assertThat(decode("ffe0")).isTrue();
        assertThat(i.hasTarget()).isFalse();
        assertThat(i.branchSize()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"66e800000000", "66e900000000", "660f8400000000", "66eb00", "667400", "66c3", "66ffe0"})
    void processorsDisagree(String hex) {
        assertThat(decode(hex)).isTrue();
        assertThat(i.isAmbiguous()).isTrue();
        assertThat(i.length()).isEqualTo(hex.length() / 2);
    }

    @Test
    void memoryOperand() {
        assertThat(decode("4f8b4cec10")).isTrue(); // mov 0x10(%r12,%r13,8),%r9
        assertThat(i.baseRegister()).isEqualTo(12);
        assertThat(i.indexRegister()).isEqualTo(13);
        assertThat(i.scale()).isEqualTo(8);
        assertThat(i.displacement()).isEqualTo(0x10);
        assertThat(i.displacementOffset()).isEqualTo(4);
        assertThat(i.displacementSize()).isEqualTo(1);
        assertThat(i.regField()).isEqualTo(9);
        assertThat(i.registersRead()).isEqualTo(1 << 12 | 1 << 13);
        assertThat(i.registersWritten()).isEqualTo(1 << 9);
        assertThat(decode("64488b042528000000")).isTrue();
        assertThat(i.segment()).isEqualTo(Segment.FS);
        assertThat(i.baseRegister()).isEqualTo(Instruction.NO_REGISTER);
        assertThat(i.indexRegister()).isEqualTo(Instruction.NO_REGISTER);
        assertThat(i.isRipRelative()).isFalse();
        assertThat(i.displacement()).isEqualTo(0x28);
        assertThat(decode("c4e27d92040d00000000")).isTrue();
        assertThat(i.hasVectorIndex()).isTrue();
        assertThat(i.indexRegister()).isEqualTo(Instruction.NO_REGISTER);
    }

    @Test
    void ripRelative() {
        assertThat(decode("48c705f0ffffff01000000")).isTrue(); // movq $1,-0x10(%rip)
        assertThat(i.isRipRelative()).isTrue();
        assertThat(i.displacementOffset()).isEqualTo(3);
        assertThat(i.displacementSize()).isEqualTo(4);
        assertThat(i.ripTarget()).isEqualTo(ADDRESS + 11 - 0x10);
        assertThat(i.immediateOffset()).isEqualTo(7);
        assertThat(i.immediateSize()).isEqualTo(4);
        assertThat(i.immediate()).isEqualTo(1);
        assertThat(i.registersRead()).isZero();
    }

    @Test
    void nopsAndPadding() {
        for (String nop : new String[] {"90", "6690", "0f1f00", "662e0f1f840000000000", "4890", "0f1f440000"}) {
            assertThat(decode(nop)).isTrue();
            assertThat(i.isNop()).as(nop).isTrue();
            assertThat(i.isPadding()).as(nop).isTrue();
            assertThat(i.registersModified()).as(nop).isZero();
        }
        for (String other : new String[] {"f390", "4190", "f30f1efa", "87c0", "cc", "f00f1f00"}) {
            assertThat(decode(other)).isTrue();
            assertThat(i.isNop()).as(other).isFalse();
        }
        assertThat(decode("cc") && i.isPadding()).isTrue();
        assertThat(decode("f30f1efa") && i.isEndbr64()).isTrue();
        assertThat(decode("f30f1efb") && i.isEndbr64()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        // bytes, read, written, modified (bit masks in hexadecimal), flags read, flags written
        "31c0,0,1,1,0,8d5", // xor %eax,%eax
        "4531ff,0,8000,8000,0,8d5", // xor %r15d,%r15d
        "6631c0,1,0,1,0,8d5", // xor %ax,%ax keeps the rest
        "b401,1,0,1,0,0", // mov $1,%ah is a part of rax
        "40b401,10,0,10,0,0", // mov $1,%spl with REX
        "ffc0,1,1,1,0,8d4", // inc keeps CF
        "0f44c1,3,0,1,40,0", // cmove is conditional
        "0f94c0,1,0,1,40,0", // sete %al
        "d3e0,3,1,1,8d5,0", // shl %cl: all flags stay if cl is 0
        "c1e000,1,1,1,0,0", // shl $0
        "c1e001,1,1,1,0,8d5", // shl $1
        "f7e1,3,5,5,0,801", // mul %ecx
        "48f7f9,7,5,5,0,0", // idiv %rcx
        "f6e1,3,0,1,0,801", // mul %cl
        "99,1,4,4,0,0", // cltd
        "c9,20,30,30,0,0", // leave
        "0fa2,3,f,f,0,0", // cpuid
        "0f31,0,5,5,0,0", // rdtsc
        "50,11,10,10,0,0", // push %rax
        "58,10,11,11,0,0", // pop %rax
        "f348ab,83,0,82,400,0", // rep stos
        "4887ca,6,6,6,0,0", // xchg
        "0fb0d1,7,0,3,0,8d5", // cmpxchg
        "c4e2f3f6c1,6,3,3,0,0", // mulx
        "0f2fc1,0,0,0,0,8d5", // comiss
        "66480f7ec1,0,2,2,0,0", // movq %xmm0,%rcx
    })
    void effects(String hex, String read, String written, String modified, String flagsRead, String flagsWritten) {
        assertThat(decode(hex)).isTrue();
        assertThat(i.effectsKnown()).isTrue();
        assertThat(Integer.toHexString(i.registersRead())).as("read").isEqualTo(read);
        assertThat(Integer.toHexString(i.registersWritten())).as("written").isEqualTo(written);
        assertThat(Integer.toHexString(i.registersModified())).as("modified").isEqualTo(modified);
        assertThat(Integer.toHexString(i.flagsRead())).as("flags read").isEqualTo(flagsRead);
        assertThat(Integer.toHexString(i.flagsWritten())).as("flags written").isEqualTo(flagsWritten);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0f05", "cc", "cd80", "0f01d9", "8ed8", "62f4741883c005", "0f22c0"})
    void unknownEffectsReadEverything(String hex) {
        assertThat(decode(hex + "00000000")).isTrue();
        assertThat(i.effectsKnown()).isFalse();
        assertThat(i.registersRead()).isEqualTo(-1);
        assertThat(i.registersWritten()).isZero();
        assertThat(i.flagsRead()).isEqualTo(Instruction.ALL_FLAGS);
        assertThat(i.flagsWritten()).isZero();
    }
}
