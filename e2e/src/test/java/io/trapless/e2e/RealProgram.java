package io.trapless.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;

/**
 * A program that nobody here wrote, as a private copy, with a deterministic job that it reads from standard input.
 *
 * @param probed the file whose functions are probed: the copy of the program or of its main library
 * @param command the command that reads the job
 * @param environment variables it needs
 * @param job what goes into standard input
 */
record RealProgram(String name, Path probed, List<String> command, Map<String, String> environment, String job) {
    private static final Path LIBRARIES = Path.of("/usr/lib/x86_64-linux-gnu");

    /** The Python interpreter, hashing without randomness, without its site packages. */
    static RealProgram python(Path folder) throws IOException {
        Path copy = copy(Path.of("/usr/bin/python3").toRealPath(), folder);
        String job = """
                import json, re
                words = re.findall(r"[a-z]+", "the quick brown fox jumps over the lazy dog " * 20)
                counts = {}
                for word in words:
                    counts[word] = counts.get(word, 0) + len(word)
                print(json.dumps(counts, sort_keys=True))
                print(sum(i * i for i in range(2000)), "%.6f" % (1 / 3), sorted(set(words))[:3])
                try:
                    raise ValueError("x" * 5)
                except ValueError as e:
                    print(repr(e))
                raise SystemExit(7)
                """;
        return new RealProgram(
                "python3",
                copy,
                List.of(copy.toString(), "-S", "-E", "-"),
                Map.of("PYTHONHASHSEED", "0", "PYTHONHOME", "/usr", "PYTHONDONTWRITEBYTECODE", "1"),
                job);
    }

    /** The shell. */
    static RealProgram bash(Path folder) throws IOException {
        Path copy = copy(Path.of("/usr/bin/bash").toRealPath(), folder);
        String job = """
                declare -A squares
                for i in {1..300}; do squares[$i]=$((i * i)); done
                sum=0; for key in "${!squares[@]}"; do ((sum += squares[$key])); done; echo "$sum"
                text=abcabc; echo "${text//b/X} ${text^^} ${#text}" "$(printf '%05d' 42)"
                f() { local n=$1; ((n < 2)) && { echo "$n"; return; }; local a b; a=$(f $((n - 1))); b=$(f $((n - 2))); echo $((a + b)); }
                f 6
                case $text in abc*) echo yes ;; esac
                [[ 2026-11-22 =~ ^([0-9]+)-([0-9]+) ]] && echo "${BASH_REMATCH[2]}"
                exit 5
                """;
        return new RealProgram("bash", copy, List.of(copy.toString(), "--norc", "-s"), Map.of("LC_ALL", "C"), job);
    }

    /** SQLite's shell on a database in memory; its library is what is probed. */
    static RealProgram sqlite(Path folder) throws IOException {
        Path copy = copy(LIBRARIES.resolve("libsqlite3.so.0"), folder);
        String job = """
                .bail on
                create table t(a integer primary key, b text, c real);
                with recursive n(i) as (select 1 union all select i + 1 from n where i < 500)
                  insert into t select i, 'row ' || i, i / 7.0 from n;
                create index ti on t(b);
                select count(*), sum(a), round(avg(c), 6), min(b), max(b) from t;
                select substr(b, 1, 4), count(*) from t where a % 3 = 0 group by 1;
                update t set c = c * 2 where b like 'row 1%';
                select a, b, printf('%.3f', c) from t where b glob 'row 1?' order by c desc limit 5;
                delete from t where a > 400;
                select json_group_array(a) from (select a from t where a < 10);
                select hex(zeroblob(8)), upper('abc'), datetime(0, 'unixepoch'), total_changes();
                """;
        return new RealProgram(
                "sqlite3",
                copy,
                List.of("/usr/bin/sqlite3", "-batch", ":memory:"),
                Map.of("LD_LIBRARY_PATH", folder.toString()),
                job);
    }

    /** OpenSSL's command line explaining a certificate, made for the occasion; its library is what is probed. */
    static RealProgram openssl(Path folder) throws IOException, InterruptedException {
        Path copy = copy(LIBRARIES.resolve("libcrypto.so.3"), folder);
        Path certificate = folder.resolve("certificate.pem");
        Programs.selfSigned("/CN=trapless/O=test", folder.resolve("key.pem"), certificate);
        return new RealProgram(
                "openssl",
                copy,
                List.of(
                        "/usr/bin/openssl",
                        "x509",
                        "-noout",
                        "-text",
                        "-fingerprint",
                        "-sha256",
                        "-subject_hash",
                        "-purpose"),
                Map.of("LD_LIBRARY_PATH", folder.toString(), "OPENSSL_CONF", "/dev/null"),
                Files.readString(certificate));
    }

    private static Path copy(Path original, Path folder) throws IOException {
        Path copy = folder.resolve(original.getFileName());
        Files.copy(original, copy);
        Files.setPosixFilePermissions(copy, PosixFilePermissions.fromString("rwxr-xr-x"));
        return copy;
    }

    /** Starts it; it waits for its job. */
    Trapless.Running start() throws IOException, InterruptedException {
        return Trapless.Running.start(environment, Programs.leashed(command));
    }

    /** Runs it alone, with its job, to its end. */
    Trapless.Result run() throws IOException, InterruptedException {
        try (Trapless.Running running = start()) {
            running.feed(job);
            return running.await(120);
        }
    }
}
