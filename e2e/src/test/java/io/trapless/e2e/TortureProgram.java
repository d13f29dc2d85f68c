package io.trapless.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Programs that {@link TortureTest} runs, each with work that checks itself and says the same each time. Programs of our own are made first. */
enum TortureProgram {
    PERL(3, "perl", source("check.pl")),
    PYTHON(7, "/usr/bin/python3", source("check.py")),
    SORT(0, "sort", "--parallel=4", "-S", "1M", "-k2,2r", "-k1,1n", "TEXT"),
    MAWK(
            4,
            "mawk",
            "{ a[$2] += $1; n += length($0); gsub(/o/, \"0\") } END { for (k in a) s += a[k]; print s, n, sin(1), $0; exit 4 }",
            "TEXT"),
    XZ(0, "sh", "-c", "xz -9 -T2 -c TEXT | xz -dc | cksum"),
    GZIP(0, "sh", "-c", "gzip -9nc TEXT | gzip -dc | cksum"),
    GREP(0, "grep", "-nE", "(1|2)+.*qu(i|o)ck", "TEXT"),
    SED(0, "sed", "-n", "-E", "s/([0-9]+) the (.*)/\\2-\\1/; /9{3}/p; $=", "TEXT"),
    MAKE(0, "make", "-j2", "-f", source("tree.mk")),
    GIT(5, "sh", source("repository.sh")),
    OPENSSL(4, "sh", "-c", ". '" + source("keys.sh") + "' 2>&1"),
    SQLITE(0, "sqlite3", "-batch", ":memory:", ".read " + source("script.sql")),
    GCC(
            0,
            "gcc",
            "-O2",
            "-S",
            "-o",
            "-",
            Trapless.home().resolve("e2e/src/test/c/jumps.c").toString()),
    RIPGREP(0, "rg", "--sort", "path", "-n", "[0-9]{2}7 the", "TEXT"),
    FZF(0, "sh", "-c", "fzf --filter=9qbf <TEXT"),
    BASH(0, "bash", "-c", "for i in {1..300}; do a[i]=$((i * i)); done; echo \"${a[@]}\" $(seq 9 | sort -r)"),
    CPLUSPLUS(5, "PROGRAM") {
        @Override
        Path program(Path folder) throws IOException, InterruptedException {
            return Programs.compiled("unwound");
        }
    },
    JUMPS(6, "PROGRAM") {
        @Override
        Path program(Path folder) throws IOException, InterruptedException {
            return Programs.compiled("jumps");
        }
    },
    RUST(6, "PROGRAM") {
        @Override
        Path program(Path folder) throws IOException, InterruptedException {
            Path program = folder.resolve("panics");
            Programs.run(List.of("rustc", "--edition", "2021", "-O", "-o", program.toString(), source("panics.rs")));
            return program;
        }
    },
    GO(9, "PROGRAM") {
        @Override
        Path program(Path folder) throws IOException, InterruptedException {
            Path program = folder.resolve("deep");
            Programs.run(List.of("go", "build", "-o", program.toString(), source("deep.go")));
            return program;
        }
    };

    private static final int LINES = 8000;

    private final int status;
    private final List<String> command;

    TortureProgram(int status, String... command) {
        this.status = status;
        this.command = List.of(command);
    }

    /** What it ends with when all is right. */
    int status() {
        return status;
    }

    /** Whether entries and returns of what it starts are more than one recording holds. */
    boolean isLarge() {
        return this == GCC;
    }

    static String source(String name) {
        return Trapless.home().resolve("e2e/src/test/torture").resolve(name).toString();
    }

    /**
     * Makes what it needs.
     *
     * @param folder where it may write, and will be started
     * @return the command; it lives for some minutes at most, whatever becomes of the test
     */
    List<String> prepare(Path folder) throws IOException, InterruptedException {
        String text = IntStream.range(0, LINES)
                .mapToObj(i -> (i * 7919L) % 10_007 + " the quick brown fox\n")
                .collect(Collectors.joining());
        Path file = Files.writeString(folder.resolve("text"), text);
        String program = program(folder).toString();
        return TortureTest.limited(
                folder,
                command.stream()
                        .map(word -> word.replace("TEXT", file.toString()).replace("PROGRAM", program))
                        .toList());
    }

    Path program(Path folder) throws IOException, InterruptedException {
        return folder;
    }
}
