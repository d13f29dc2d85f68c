package io.trapless.binary.sdt;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapless.binary.elf.ElfException;
import io.trapless.binary.elf.ElfFile;
import io.trapless.binary.elf.ElfSymbols;
import io.trapless.binary.elf.Tools;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UsdtProbesTest {
    private static final Pattern LOCATION =
            Pattern.compile("Location: 0x([0-9a-f]+), Base: 0x([0-9a-f]+), Semaphore: 0x([0-9a-f]+)");

    private static final String SOURCE = """
            #define _SDT_HAS_SEMAPHORES 1
            #include <sys/sdt.h>
            __extension__ unsigned short demo_work_semaphore __attribute__((unused)) __attribute__((section(".probes")));
            __extension__ unsigned short demo_idle_semaphore __attribute__((unused)) __attribute__((section(".probes")));
            int counters[8];
            double ratio = 0.5;
            __attribute__((noinline)) void work(long a, char b, unsigned short c, double d, const char *text) {
                STAP_PROBE5(demo, work, a, b, c, d, text);
                STAP_PROBE3(demo, work, counters[2], ratio, 42);
            }
            int main(int argc, char **argv) {
                STAP_PROBE(demo, idle);
                work(argc, 'x', 3, 1.5, argv[0]);
                return 0;
            }
            """;

    @TempDir
    static Path directory;

    @Test
    void aProgramsOwnProbes() throws IOException {
        Path program = Tools.compile(directory, "usdt.c", SOURCE, "-O2");
        try (ElfFile file = ElfFile.open(program)) {
            List<UsdtProbe> probes = UsdtProbes.read(file);
            assertThat(probes)
                    .extracting(UsdtProbe::qualifiedName)
                    .containsExactlyInAnyOrder("demo:work", "demo:work", "demo:idle");
            long work = symbol(file, "demo_work_semaphore");
            long idle = symbol(file, "demo_idle_semaphore");
            for (UsdtProbe probe : probes) {
                assertThat(file.readAt(probe.address(), 1).u8(0)).isEqualTo(0x90);
                assertThat(probe.semaphoreAddress()).isEqualTo(probe.name().equals("work") ? work : idle);
            }
            UsdtProbe full = withArguments(probes, 5);
            assertThat(full.arguments()).extracting(UsdtArgument::sizeBytes).containsExactly(8, 1, 2, 8, 8);
            assertThat(full.arguments().get(0).type()).isEqualTo(UsdtArgument.Type.SIGNED);
            assertThat(full.arguments().get(3).type()).isEqualTo(UsdtArgument.Type.FLOAT);
            UsdtProbe statics = withArguments(probes, 3);
            assertThat(statics.arguments().get(0).operand())
                    .isEqualTo(new UsdtOperand.StaticMemory(symbol(file, "counters") + 8));
            assertThat(statics.arguments().get(2).operand()).isEqualTo(new UsdtOperand.Constant(42));
        }
    }

    private static UsdtProbe withArguments(List<UsdtProbe> probes, int count) {
        return probes.stream()
                .filter(probe -> probe.arguments().size() == count)
                .findFirst()
                .orElseThrow();
    }

    private static long symbol(ElfFile file, String name) throws ElfException {
        ElfSymbols symbols = file.symbols();
        for (int i = 0; i < symbols.size(); i++) {
            if (symbols.name(i).equals(name)) {
                return symbols.value(i);
            }
        }
        throw new AssertionError("no symbol " + name);
    }

    @Test
    void knownLibrariesAreAsReadelfShowsThem() throws IOException {
        for (Path path : Tools.sampleBinaries()) {
            compare(path);
        }
    }

    /** Every note of every program on the machine; no argument of any is unknown. */
    @Test
    @Tag("long")
    void everyBinaryIsAsReadelfShowsIt() throws IOException {
        int probes = 0;
        for (Path path : Tools.allBinaries()) {
            probes += compare(path);
        }
        System.out.println("UsdtProbesTest: " + probes + " probes compared");
        assertThat(probes).isPositive();
    }

    private static int compare(Path path) throws IOException {
        try (ElfFile file = ElfFile.open(path)) {
            List<UsdtProbe> probes = UsdtProbes.read(file);
            if (probes.isEmpty() && file.section(".note.stapsdt") == null) {
                return 0;
            }
            long base = file.section(".stapsdt.base") == null
                    ? 0
                    : file.section(".stapsdt.base").address();
            List<String> ours = new ArrayList<>();
            for (UsdtProbe probe : probes) {
                String arguments = String.join(
                        " ", probe.arguments().stream().map(UsdtArgument::text).toList());
                ours.add(probe.provider() + " " + probe.name() + " " + probe.address() + " " + probe.semaphoreAddress()
                        + " " + arguments);
                assertThat(probe.arguments())
                        .as(path + " " + probe.qualifiedName())
                        .noneMatch(argument -> argument.operand() instanceof UsdtOperand.Unsupported);
            }
            assertThat(ours).as(path.toString()).isEqualTo(readelf(path, base));
            return probes.size();
        }
    }

    private static List<String> readelf(Path path, long actualBase) {
        List<String> found = new ArrayList<>();
        String provider = "";
        String name = "";
        String place = "";
        for (String raw : Tools.lines("readelf", "-nW", path.toString())) {
            String line = raw.strip();
            Matcher location = LOCATION.matcher(line);
            if (line.contains("Provider: ")) {
                provider = line.substring(line.indexOf("Provider: ") + "Provider: ".length());
            } else if (line.startsWith("Name: ")) {
                name = line.substring("Name: ".length());
            } else if (location.find()) {
                long moved = actualBase == 0 ? 0 : actualBase - Long.parseLong(location.group(2), 16);
                long semaphore = Long.parseLong(location.group(3), 16);
                place = (Long.parseLong(location.group(1), 16) + moved) + " "
                        + (semaphore == 0 ? 0 : semaphore + moved);
            } else if (line.startsWith("Arguments:")) {
                String arguments = line.substring("Arguments:".length()).strip();
                found.add(provider + " " + name + " " + place + " " + arguments);
            }
        }
        return found;
    }
}
