package io.trapless.binary.flow;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapless.binary.flow.RealImages.RealImage;
import io.trapless.binary.x86.Assembler;
import io.trapless.binary.x86.Decoder;
import io.trapless.binary.x86.Flow;
import io.trapless.binary.x86.Instruction;
import io.trapless.binary.x86.Relocation;
import io.trapless.binary.x86.Relocator;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** How much of real programs can be proven. A fall below these figures is a loss; a rise far above them may be a hole in the proof. */
class CoverageTest {
    @Test
    void libc() throws Exception {
        expect(RealImages.library("libc.so.6", "libc6"), 99.6, 97.5);
    }

    @Test
    void libstdcxx() throws Exception {
        expect(RealImages.library("libstdc++.so.6", "libstdc++6"), 99.9, 98.0);
    }

    @Test
    void libpython() throws Exception {
        expect(RealImages.library("libpython3.11.so.1.0", "libpython3.11"), 99.9, 98.0);
    }

    @Test
    void libsqlite() throws Exception {
        expect(RealImages.library("libsqlite3.so.0", "libsqlite3-0"), 99.9, 96.0);
    }

    @Test
    void redis() throws Exception {
        expect(RealImages.present(Path.of("/usr/bin/redis-server"), "redis-server"), 99.9, 97.0);
    }

    @Test
    void libjvm() throws Exception {
        expect(RealImages.libjvm(), 99.98, 97.0);
    }

    private static void expect(Path path, double entryPercent, double returnPercent) throws Exception {
        RealImage image = RealImages.open(path);
        long begin = System.nanoTime();
        CodeMap map = CodeMap.analyze(image.view());
        double seconds = (System.nanoTime() - begin) / 1e9;
        Tally entries = new Tally();
        Tally returns = new Tally();
        for (CodeRange function : image.symbols()) {
            entries.add(map, map.entrySite(function.start()));
            addReturns(map, function, returns);
        }
        System.out.printf(
                "%s: analysed in %.2f s; entries %s; returns %s; unresolved jumps %d%n",
                path.getFileName(), seconds, entries, returns, map.unresolvedIndirectJumps().length);
        assertThat(entries.percent()).as("entries %s", entries).isGreaterThanOrEqualTo(entryPercent);
        assertThat(returns.percent()).as("returns %s", returns).isGreaterThanOrEqualTo(returnPercent);
    }

    private static void addReturns(CodeMap map, CodeRange function, Tally returns) {
        ImageView.Section section = map.sectionAt(function.start());
        assertThat(section).isNotNull();
        byte[] code = section.bytes();
        Instruction instruction = new Instruction();
        long at = function.start();
        while (at < function.end()
                && Decoder.decode(code, (int) (at - section.address()), code.length, at, instruction)) {
            at = instruction.nextAddress();
            if (instruction.flow() == Flow.RETURN) {
                returns.add(map, instruction.address());
            }
        }
    }

    /** Counts sites, and relocates each range that was found: what the planner accepts must be possible. */
    private static final class Tally {
        private final Map<DisplacementRefusal, Integer> refusals = new EnumMap<>(DisplacementRefusal.class);
        private int sites;
        private int displaced;

        void add(CodeMap map, long site) {
            sites++;
            switch (DisplacedRange.plan(map, site, 5)) {
                case DisplacedRange range -> {
                    displaced++;
                    check(map, range);
                }
                case Displacement.Refused refused -> {
                    assertThat(refused.sentence()).isNotBlank();
                    refusals.merge(refused.reason(), 1, Integer::sum);
                }
            }
        }

        private static void check(CodeMap map, DisplacedRange range) {
            ImageView.Section section = map.sectionAt(range.address());
            assertThat(section).isNotNull();
            Assembler out = new Assembler(range.address() + 0x2000_0000);
            Relocation copy = Relocator.relocate(
                    section.bytes(),
                    (int) (range.address() - section.address()),
                    range.codeBytes(),
                    range.address(),
                    out);
            assertThat(copy).as("%x", range.address()).isInstanceOf(Relocation.Copied.class);
            assertThat(((Relocation.Copied) copy).copyOf(range.site())).isPresent();
            assertThat(range.lengthBytes()).isBetween(5, 35);
        }

        double percent() {
            return 100.0 * displaced / sites;
        }

        @Override
        public String toString() {
            return String.format("%d of %d, %.2f %%, refused %s", displaced, sites, percent(), refusals);
        }
    }
}
