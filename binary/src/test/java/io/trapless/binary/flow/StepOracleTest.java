package io.trapless.binary.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Wherever control really arrives, the map has a target. */
class StepOracleTest {
    @TempDir
    Path folder;

    @Test
    @Tag("long")
    void inProgramsOfThisMachine() throws Exception {
        List<List<String>> programs = List.of(
                List.of("/usr/bin/printf", "%5.2f %x %s %*d %e\\n", "1.5", "255", "abc", "5", "7", "1e10"),
                List.of(
                        "/usr/bin/bash",
                        "-c",
                        "for i in 1 2 3; do echo $((i * 7)) ${i}x; done; printf '%08.3f\\n' 2.5"),
                List.of("/usr/bin/sort", "--version"),
                List.of("/usr/bin/perl", "-e", "print join(',', map { sprintf('%3d', $_ * 2) } 1 .. 5), qq(\\n)"));
        StepOracle oracle = new StepOracle(folder);
        long arrivals = 0;
        for (List<String> program : programs) {
            arrivals += oracle.run(program, 1_500_000);
        }
        System.out.printf("%d different arrivals, %d of unresolved jumps%n", arrivals, oracle.unresolvedArrivals());
        assertThat(arrivals).isGreaterThan(10_000);
    }

    @Test
    void inTablesOfDistances() throws Exception {
        StepOracle oracle = new StepOracle(folder);
        List<String> options = List.of("-O2", "-static", "-no-pie");
        Path distances = StepOracle.compile(folder, "distances.c", "distances", "gcc", options);
        assertThat(oracle.run(List.of(distances.toString()), 30_000)).isGreaterThan(100);
    }

    /** Switches, threaded code, tables of label distances, exceptions, longjmp and the like, as the compiler makes them of one source in several ways. */
    @Test
    @Tag("long")
    void inWaysOfCompilingEveryKindOfJump() throws Exception {
        StepOracle oracle = new StepOracle(folder);
        for (List<String> options : List.of(
                List.of("-O2", "-static", "-no-pie"),
                List.of("-O1", "-static-pie", "-fPIE", "-fcf-protection=full"),
                List.of("-O3", "-static-pie", "-fPIE", "-march=x86-64-v3", "-mtune=generic"),
                List.of("-O0", "-static", "-no-pie", "-fcf-protection=none"),
                List.of("-Os", "-static-pie", "-fPIE"))) {
            String suffix = String.join("", options);
            Path jumps = StepOracle.compile(folder, "jumps.cc", "jumps" + suffix, "g++", options);
            assertThat(oracle.run(List.of(jumps.toString()), 300_000)).isGreaterThan(500);
            Path distances = StepOracle.compile(folder, "distances.c", "distances" + suffix, "gcc", options);
            assertThat(oracle.run(List.of(distances.toString()), 300_000)).isGreaterThan(100);
        }
        assertThat(oracle.unresolvedArrivals()).isLessThan(200);
    }
}
