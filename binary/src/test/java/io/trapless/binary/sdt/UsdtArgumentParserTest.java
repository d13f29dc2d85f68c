package io.trapless.binary.sdt;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapless.binary.elf.ElfException;
import io.trapless.binary.sdt.UsdtArgument.Type;
import io.trapless.binary.sdt.UsdtOperand.AddressConstant;
import io.trapless.binary.sdt.UsdtOperand.Constant;
import io.trapless.binary.sdt.UsdtOperand.Memory;
import io.trapless.binary.sdt.UsdtOperand.Register;
import io.trapless.binary.sdt.UsdtOperand.Segment;
import io.trapless.binary.sdt.UsdtOperand.StaticMemory;
import io.trapless.binary.sdt.UsdtOperand.Unsupported;
import io.trapless.binary.sdt.UsdtOperand.VectorRegister;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;

class UsdtArgumentParserTest {
    private static final int NONE = UsdtOperand.NONE;

    private static OptionalLong address(String symbol) {
        return switch (symbol) {
            case "foo" -> OptionalLong.of(0x1000);
            case "NBuffers" -> OptionalLong.of(0x2000);
            case "a.b$1" -> OptionalLong.of(0x3000);
            default -> OptionalLong.empty();
        };
    }

    private static UsdtArgument one(String text) throws ElfException {
        List<UsdtArgument> arguments = UsdtArgumentParser.parse(text, UsdtArgumentParserTest::address);
        assertThat(arguments).hasSize(1);
        return arguments.getFirst();
    }

    private static void check(String text, int sizeBytes, Type type, UsdtOperand operand) throws ElfException {
        assertThat(one(text)).isEqualTo(new UsdtArgument(sizeBytes, type, operand, text.replace(" ", "")));
    }

    @Test
    void registersOfEveryWidth() throws ElfException {
        check("4@%eax", 4, Type.UNSIGNED, new Register(0, 4, false));
        check("-8@%rsp", 8, Type.SIGNED, new Register(4, 8, false));
        check("1@%al", 1, Type.UNSIGNED, new Register(0, 1, false));
        check("1@%ah", 1, Type.UNSIGNED, new Register(0, 1, true));
        check("-1@%bh", 1, Type.SIGNED, new Register(3, 1, true));
        check("1@%sil", 1, Type.UNSIGNED, new Register(6, 1, false));
        check("-2@%ax", 2, Type.SIGNED, new Register(0, 2, false));
        check("8@%r8", 8, Type.UNSIGNED, new Register(8, 8, false));
        check("-4@%r15d", 4, Type.SIGNED, new Register(15, 4, false));
        check("2@%r10w", 2, Type.UNSIGNED, new Register(10, 2, false));
        check("1@%r9b", 1, Type.UNSIGNED, new Register(9, 1, false));
        check("8f@%xmm0", 8, Type.FLOAT, new VectorRegister(0));
        check("4f@%xmm15", 4, Type.FLOAT, new VectorRegister(15));
        check("-8f@%xmm31", 8, Type.FLOAT, new VectorRegister(31));
        check("%rax", 8, Type.UNSIGNED, new Register(0, 8, false));
    }

    @Test
    void constants() throws ElfException {
        check("-8@$-5", 8, Type.SIGNED, new Constant(-5));
        check("4@$0x10", 4, Type.UNSIGNED, new Constant(16));
        check("8@$18446744073709551615", 8, Type.UNSIGNED, new Constant(-1));
        check("-8@$-9223372036854775808", 8, Type.SIGNED, new Constant(Long.MIN_VALUE));
        check("4@$sym", 4, Type.UNSIGNED, new Unsupported("symbol sym is not in the file's symbol tables"));
        check("8@$foo", 8, Type.UNSIGNED, new AddressConstant(0x1000));
        check("8@$foo+8", 8, Type.UNSIGNED, new AddressConstant(0x1008));
    }

    @Test
    void memory() throws ElfException {
        check("8@-20(%rbp)", 8, Type.UNSIGNED, new Memory(Segment.NONE, 5, NONE, 1, -20));
        check("8@8(%r12)", 8, Type.UNSIGNED, new Memory(Segment.NONE, 12, NONE, 1, 8));
        check("8@(%rax)", 8, Type.UNSIGNED, new Memory(Segment.NONE, 0, NONE, 1, 0));
        check("8@(%rax,%rcx,8)", 8, Type.UNSIGNED, new Memory(Segment.NONE, 0, 1, 8, 0));
        check("8@(%rax, %rcx, 8)", 8, Type.UNSIGNED, new Memory(Segment.NONE, 0, 1, 8, 0));
        check("4@16(,%rdx,4)", 4, Type.UNSIGNED, new Memory(Segment.NONE, NONE, 2, 4, 16));
        check("4@16(%rax,%rdx)", 4, Type.UNSIGNED, new Memory(Segment.NONE, 0, 2, 1, 16));
        check("-4@-4+16(%rsp)", 4, Type.SIGNED, new Memory(Segment.NONE, 4, NONE, 1, 12));
        check("8f@-8(%rbp)", 8, Type.FLOAT, new Memory(Segment.NONE, 5, NONE, 1, -8));
        check("8@%fs:16", 8, Type.UNSIGNED, new Memory(Segment.FS, NONE, NONE, 1, 16));
        check("8@%fs:-8(%rax)", 8, Type.UNSIGNED, new Memory(Segment.FS, 0, NONE, 1, -8));
        check("8@%gs:0x28", 8, Type.UNSIGNED, new Memory(Segment.GS, NONE, NONE, 1, 40));
        check("8@0x601040", 8, Type.UNSIGNED, new Memory(Segment.NONE, NONE, NONE, 1, 0x601040));
    }

    @Test
    void symbols() throws ElfException {
        check("4@foo(%rip)", 4, Type.UNSIGNED, new StaticMemory(0x1000));
        check("4@foo+8(%rip)", 4, Type.UNSIGNED, new StaticMemory(0x1008));
        check("-4@64+foo(%rip)", 4, Type.SIGNED, new StaticMemory(0x1040));
        check("-4@NBuffers(%rip)", 4, Type.SIGNED, new StaticMemory(0x2000));
        check("-4@a.b$1-4(%rip)", 4, Type.SIGNED, new StaticMemory(0x2FFC));
        check("4@foo", 4, Type.UNSIGNED, new StaticMemory(0x1000));
        check("4@foo(,%rax,4)", 4, Type.UNSIGNED, new Memory(Segment.NONE, NONE, 0, 4, 0x1000));
    }

    @Test
    void severalWithAnySpaces() throws ElfException {
        assertThat(UsdtArgumentParser.parse("  8@%rdi -4@$1\t8@(%rax, %rbx)  1@%cl ", UsdtArgumentParserTest::address))
                .extracting(UsdtArgument::text)
                .containsExactly("8@%rdi", "-4@$1", "8@(%rax,%rbx)", "1@%cl");
        assertThat(UsdtArgumentParser.parse("", UsdtArgumentParserTest::address))
                .isEmpty();
    }

    @Test
    void whatIsNotKnownIsSaid() throws ElfException {
        for (String text : List.of(
                "16@%xmm0",
                "3@%eax",
                "8@%st",
                "8@%zmm0",
                "8@%r16",
                "8@%r7",
                "8@foo@GOTPCREL(%rip)",
                "8@4(%rip)",
                "8@(%eax)",
                "8@(%rax,%rcx,3)",
                "8@$",
                "@",
                "8@",
                "x@%rax",
                "8@(%rax,%rcx,4,2)",
                "8@foo-bar(%rip)",
                "8@99999999999(%rax)",
                "8@$99999999999999999999",
                "8@-foo(%rip)",
                "8@(",
                "8@%",
                "8@%fs:foo@tpoff")) {
            UsdtOperand operand = one(text).operand();
            if (!text.equals("8@")) {
                assertThat(operand).as(text).isInstanceOf(Unsupported.class);
            }
        }
    }

    @Test
    void randomTextNeverThrows() throws ElfException {
        long seed = System.nanoTime();
        System.out.println("UsdtArgumentParserTest seed " + seed);
        Random random = new Random(seed);
        String alphabet = "0123456789-+@$%(),:xfraxmrip foo8@4@";
        for (int i = 0; i < 50_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int n = random.nextInt(16); n > 0; n--) {
                text.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            for (UsdtArgument argument : UsdtArgumentParser.parse(text.toString(), UsdtArgumentParserTest::address)) {
                assertThat(argument.sizeBytes()).isIn(1, 2, 4, 8);
            }
        }
    }
}
