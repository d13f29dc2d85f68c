package io.trapless.binary.unwind;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapless.binary.elf.ByteView;
import io.trapless.binary.elf.ElfException;
import io.trapless.binary.elf.ElfFile;
import io.trapless.binary.elf.Tools;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Call frame information as readelf interprets it, of all functions of real files. */
class FrameTableTest {
    private static final Pattern FDE = Pattern.compile(" FDE .* pc=([0-9a-f]+)\\.\\.([0-9a-f]+)$");
    private static final List<String> NAMES = List.of(
            "rax", "rdx", "rcx", "rbx", "rsi", "rdi", "rbp", "rsp", "r8", "r9", "r10", "r11", "r12", "r13", "r14",
            "r15", "ra");

    @Test
    void rowsAreThoseOfReadelf() throws ElfException {
        int compared = 0;
        for (Path path : Tools.sampleBinaries()) {
            Map<Long, List<String>> theirs = readelf(path);
            try (ElfFile file = ElfFile.open(path)) {
                FrameTable table = FrameTable.of(file);
                List<FrameTable.Fde> entries = new ArrayList<>();
                table.forEach(entries::add);
                assertThat(entries).as(path.toString()).isNotEmpty();
                for (FrameTable.Fde entry : entries) {
                    List<String> rows = theirs.get(entry.start());
                    assertThat(rows)
                            .as("%s: readelf's rows of 0x%x", path, entry.start())
                            .isNotNull();
                    if (rows.isEmpty()) {
                        continue; // it prints none where all is as in the common part
                    }
                    List<String> columns = List.of(rows.getFirst().split(" +", -1));
                    List<String> ours = new ArrayList<>();
                    for (FrameRow row : table.rowsOf(entry)) {
                        ours.add(text(row, columns));
                    }
                    assertThat(ours)
                            .as("%s: rows of 0x%x", path, entry.start())
                            .isEqualTo(rows.subList(1, rows.size()));
                    compared += ours.size();
                }
            }
        }
        assertThat(compared).isGreaterThan(10_000);
    }

    /** For each entry's start: the header line, then its rows, with single spaces. */
    private static Map<Long, List<String>> readelf(Path path) {
        Map<Long, List<String>> all = new HashMap<>();
        List<String> rows = null;
        boolean inFrame = false;
        for (String line : Tools.lines("readelf", "-wNF", path.toString())) {
            if (line.startsWith("Contents of the ")) {
                inFrame = line.contains(" .eh_frame ");
            }
            Matcher matcher = FDE.matcher(line);
            if (inFrame && matcher.find()) {
                rows = new ArrayList<>();
                all.put(Long.parseUnsignedLong(matcher.group(1), 16), rows);
            } else if (line.isBlank() || line.contains(" CIE ")) {
                rows = null;
            } else if (inFrame && rows != null && !line.startsWith("Contents")) {
                rows.add(line.strip().replaceAll(" +", " ").replaceAll("\\br\\d+ \\((\\w+)\\)", "$1"));
            }
        }
        return all;
    }

    private static String text(FrameRow row, List<String> columns) {
        StringBuilder text = new StringBuilder("%016x ".formatted(row.start()));
        text.append(
                switch (row.cfa()) {
                    case CfaRule.RegisterPlus(int register, long bytes) ->
                        NAMES.get(register) + (bytes < 0 ? "" : "+") + bytes;
                    case CfaRule.Expression _ -> "exp";
                });
        for (String column : columns.subList(2, columns.size())) {
            int number = NAMES.indexOf(column);
            assertThat(number).as(column).isNotNegative();
            text.append(' ').append(text(row.rule(number)));
        }
        return text.toString();
    }

    private static String text(RegisterRule rule) {
        return switch (rule) {
            case RegisterRule.Undefined _, RegisterRule.SameValue _ -> "u";
            case RegisterRule.AtOffset(long bytes) -> "c" + (bytes < 0 ? "" : "+") + bytes;
            case RegisterRule.ValueOffset(long bytes) -> "v" + (bytes < 0 ? "" : "+") + bytes;
            case RegisterRule.InRegister(int register) -> NAMES.get(register);
            case RegisterRule.AtExpression _ -> "exp";
            case RegisterRule.ValueExpression _ -> "vexp";
        };
    }

    /** breg7 8, breg16 0, lit15, and, lit11, ge, lit3, shl, plus: rsp + 8, and 8 more in the last part of an entry. */
    @Test
    void linkageTablesFrameAddress() throws ElfException {
        byte[] program = {0x77, 0x08, (byte) 0x80, 0x00, 0x3f, 0x1a, 0x3b, 0x2a, 0x33, 0x24, 0x22};
        for (int offset = 0; offset < 16; offset++) {
            long[] registers = new long[FrameRow.COLUMNS];
            registers[FrameRow.RSP] = 0x7ffc_0000_1000L;
            registers[FrameRow.RETURN_ADDRESS] = 0x5555_5555_5020L + offset;
            OptionalLong cfa = DwarfExpression.evaluate(
                    ByteView.of(program), OptionalLong.empty(), registers, _ -> OptionalLong.empty());
            assertThat(cfa).hasValue(0x7ffc_0000_1000L + (offset >= 11 ? 16 : 8));
        }
    }

    @Test
    void memoryThatIsNotThereGivesNothing() throws ElfException {
        byte[] dereference = {0x77, 0x08, 0x06};
        long[] registers = new long[FrameRow.COLUMNS];
        assertThat(DwarfExpression.evaluate(
                        ByteView.of(dereference), OptionalLong.empty(), registers, _ -> OptionalLong.empty()))
                .isEmpty();
        assertThat(DwarfExpression.evaluate(
                        ByteView.of(dereference),
                        OptionalLong.empty(),
                        registers,
                        address -> OptionalLong.of(address * 10)))
                .hasValue(80);
    }
}
