package io.trapless.binary.flow;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapless.binary.elf.ElfEntries;
import io.trapless.binary.elf.ElfFile;
import io.trapless.binary.elf.ElfImage;
import io.trapless.binary.symbol.Function;
import io.trapless.binary.symbol.SymbolTable;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What can be proven of an entry without its image, and that the whole analysis says the same. */
class EntryProofTest {
    private static final long BASE = 0x10000;

    /** Where the function begins: far enough behind the section's start that nothing there is near. */
    private static final int AT = 0x4000;

    private static final long ENTRY = BASE + AT;
    private static final long DATA = 0x90000;
    private static final CodeRange FUNCTION = new CodeRange(ENTRY, ENTRY + 16);

    /** xor %eax,%eax; inc %eax; inc %eax; ret: six bytes make room. */
    private static final byte[] BODY = HexFormat.of().parseHex("31c0" + "ffc0" + "ffc0" + "c3");

    private final ByteBuffer code = ByteBuffer.allocate(0x8000).order(ByteOrder.LITTLE_ENDIAN);
    private final ByteBuffer data = ByteBuffer.allocate(256).order(ByteOrder.LITTLE_ENDIAN);

    EntryProofTest() {
        Arrays.fill(code.array(), (byte) 0x90);
        code.put(AT, BODY);
        Arrays.fill(data.array(), (byte) 0xFF);
    }

    private DisplacedRange prove(boolean positionIndependent, long[] landingPads, long... starts) {
        long[] all = Stream.concat(
                        Stream.of(BASE, ENTRY, ENTRY + 16),
                        Arrays.stream(starts).boxed())
                .mapToLong(Long::longValue)
                .sorted()
                .toArray();
        return new EntryProof(
                        List.of(new ImageView.Section(BASE, code.array())),
                        List.of(new ImageView.Section(DATA, data.array())),
                        positionIndependent,
                        all,
                        new long[0])
                .prove(FUNCTION, landingPads);
    }

    /** With a start nearby, so that the code there is in step. */
    private DisplacedRange prove() {
        return prove(true, new long[0], ENTRY - 0x200);
    }

    /** {@code opcode} and the distance from its end to {@code target}, at an offset of the code. */
    private void put(int at, String opcode, long target) {
        byte[] bytes = HexFormat.of().parseHex(opcode);
        code.put(at, bytes);
        code.putInt(at + bytes.length, (int) (target - (BASE + at + bytes.length + 4)));
    }

    private static final DisplacedRange RANGE = new DisplacedRange(ENTRY, ENTRY, 6, 6, true);

    @Test
    void nothingLeadsThere() {
        assertThat(prove()).isEqualTo(RANGE);
        assertThat(prove(false, new long[0], ENTRY - 0x200)).isEqualTo(RANGE);
    }

    @Test
    void behindAnEndbr64() {
        code.put(AT, HexFormat.of().parseHex("f30f1efa" + "31c0" + "ffc0" + "ffc0" + "c3"));
        assertThat(prove()).isEqualTo(new DisplacedRange(ENTRY + 4, ENTRY + 4, 6, 6, true));
    }

    @ParameterizedTest
    @ValueSource(strings = {"e8", "e9", "0f84", "0f8f", "c7f8", "488d05"})
    void whatLeadsIntoItFromAfar(String opcode) {
        put(0x100, opcode, ENTRY + 2);
        assertThat(prove()).isNull();
        put(0x100, opcode, ENTRY + 5);
        assertThat(prove()).as("the last byte").isNull();
        put(0x100, opcode, ENTRY);
        assertThat(prove()).as("to the first byte it is harmless").isEqualTo(RANGE);
        put(0x100, opcode, ENTRY + 6);
        assertThat(prove()).as("behind").isEqualTo(RANGE);
    }

    /** What reads there is taken for one that leads there, from a little before as well. */
    @ParameterizedTest
    @ValueSource(strings = {"488b05", "ff15", "833d", "813d"})
    void operandsInIt(String opcode) {
        put(0x100, opcode, ENTRY + 2);
        assertThat(prove()).isNull();
        put(0x100, opcode, ENTRY + 6);
        assertThat(prove()).as("behind").isEqualTo(RANGE);
    }

    /** cmpl $1, entry+2(%rip): the distance counts from behind the number. */
    @Test
    void anOperandWithANumberBehindIt() {
        put(0x100, "833d", ENTRY + 2 - 1);
        assertThat(prove()).isNull();
        put(0x100, "813d", ENTRY + 2 - 4);
        assertThat(prove()).isNull();
    }

    @Test
    void aShortBranchFromNearby() {
        code.put(AT - 100, HexFormat.of().parseHex("eb" + "%02x".formatted(100)));
        assertThat(prove()).as("to the second byte behind the first").isNull();
        code.put(AT - 100, HexFormat.of().parseHex("75" + "%02x".formatted(98)));
        assertThat(prove()).as("to the first").isEqualTo(RANGE);
        code.put(AT + 10, HexFormat.of().parseHex("e2" + "f8"));
        assertThat(prove()).as("a loop behind it, to the fifth").isNull();
    }

    @Test
    void bytesThatOnlyLookLikeAShortBranch() {
        code.put(AT - 101, HexFormat.of().parseHex("b0eb" + "%02x".formatted(0x64))); // mov $0xeb,%al; ...
        assertThat(prove()).isEqualTo(RANGE);
    }

    @Test
    void withoutAStartNearbyNothingIsInStep() {
        List<ImageView.Section> sections = List.of(new ImageView.Section(BASE, code.array()));
        long[] starts = {ENTRY, ENTRY + 16};
        EntryProof proof = new EntryProof(sections, List.of(), true, starts, new long[0]);
        assertThat(proof.prove(FUNCTION, new long[0])).isNull();
    }

    @Test
    void startsAndLandingPadsInside() {
        assertThat(prove(true, new long[0], ENTRY - 0x200, ENTRY + 4)).isNull();
        assertThat(prove(true, new long[] {ENTRY + 2}, ENTRY - 0x200)).isNull();
        assertThat(prove(true, new long[] {ENTRY + 6}, ENTRY - 0x200)).isEqualTo(RANGE);
    }

    @Test
    void pointersInTheData() {
        data.putLong(64, ENTRY + 4);
        assertThat(prove()).isNull();
        data.putLong(64, ENTRY);
        assertThat(prove()).isEqualTo(RANGE);
        data.putLong(65, ENTRY + 4);
        assertThat(prove()).as("each is relocated, and aligned").isEqualTo(RANGE);
        assertThat(prove(false, new long[0], ENTRY - 0x200)).as("anywhere").isNull();
    }

    @Test
    void whatIsAddedToASymbol() {
        for (int i = 0; i < 8; i++) {
            boolean inside = i > 0 && i < 6;
            DisplacedRange proven = new EntryProof(
                            List.of(new ImageView.Section(BASE, code.array())),
                            List.of(),
                            true,
                            new long[] {ENTRY - 0x200, ENTRY},
                            new long[] {ENTRY + i})
                    .prove(FUNCTION, new long[0]);
            assertThat(proven).isEqualTo(inside ? null : RANGE);
        }
    }

    @Test
    void numbersInCodeOfFixedAddress() {
        code.put(0x100, (byte) 0xB8).putInt(0x101, (int) ENTRY + 2);
        assertThat(prove()).isEqualTo(RANGE);
        assertThat(prove(false, new long[0], ENTRY - 0x200)).isNull();
    }

    @Test
    void tablesOfDistances() {
        put(0x100, "488d05", DATA + 16); // lea table(%rip),%rax
        data.putInt(16, (int) (BASE + 0x300 - DATA - 16));
        data.putInt(20, (int) (ENTRY + 2 - DATA - 16));
        assertThat(prove()).isNull();
        data.putInt(16, 0x7fffffff);
        assertThat(prove())
                .as("behind an entry that leads nowhere it has ended")
                .isEqualTo(RANGE);
        data.putInt(16, (int) (BASE + 0x300 - DATA - 16));
        data.putInt(20, (int) (ENTRY - DATA - 16));
        assertThat(prove()).isEqualTo(RANGE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0f05" + "90909090c3", // a system call
                "55" + "ffd0" + "31c0" + "c3", // a call that is not last
                "31c0c3" + "cccccccc", // padding would be needed
                "06" + "9090909090" // no instruction
            })
    void whatTheWholeAnalysisHasToSay(String body) {
        code.put(AT, HexFormat.of().parseHex(body));
        assertThat(prove()).isNull();
    }

    static Stream<Path> images() {
        return Stream.of(
                RealImages.library("libc.so.6", "libc6"),
                RealImages.library("libstdc++.so.6", "libstdc++6"),
                RealImages.library("libsqlite3.so.0", "libsqlite3-0"),
                RealImages.present(Path.of("/usr/bin/redis-server"), "redis-server"),
                RealImages.libjvm());
    }

    /** Whatever is proven is what the whole analysis finds; and nearly all that it finds is proven. */
    @ParameterizedTest
    @MethodSource("images")
    void theWholeAnalysisSaysTheSame(Path path) throws Exception {
        compare(path, 150);
    }

    @Tag("long")
    @ParameterizedTest
    @MethodSource("images")
    void theWholeAnalysisSaysTheSameOfMany(Path path) throws Exception {
        compare(path, 3000);
    }

    private static void compare(Path path, int functions) throws Exception {
        try (ElfFile file = ElfFile.open(path.toRealPath())) {
            SymbolTable symbols = SymbolTable.of(file);
            CodeMap map = CodeMap.analyze(ElfImage.of(file, symbols.codeRanges()));
            ElfEntries entries = ElfEntries.of(file, ElfImage.executableSections(file), symbols.codeRanges());
            assertThat(entries).isNotNull();
            List<Function> some = new ArrayList<>(symbols.functions());
            some.removeIf(function -> function.sizeBytes() == 0 || !file.isCode(function.address()));
            Collections.shuffle(some, new Random(functions));
            int found = 0;
            int proven = 0;
            for (Function function : some.subList(0, Math.min(functions, some.size()))) {
                Displacement whole =
                        DisplacedRange.plan(map, map.entrySite(function.address()), DisplacedRange.JUMP_BYTES);
                DisplacedRange alone = entries.prove(new CodeRange(function.address(), function.endAddress()));
                if (alone != null) {
                    proven++;
                    assertThat(whole).as(function.name()).isEqualTo(alone);
                }
                found += whole instanceof DisplacedRange ? 1 : 0;
            }
            assertThat((double) proven / found).as("%d of %d", proven, found).isGreaterThan(0.9);
        }
    }
}
