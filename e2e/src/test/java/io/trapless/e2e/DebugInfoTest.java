package io.trapless.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What programs read by debugging information is what the target itself prints. */
final class DebugInfoTest {
    private static final Path SOURCE = Trapless.home().resolve("e2e/src/test/c/typed.c");

    @TempDir
    static Path folder;

    /** The target, built with these options. */
    private static Path build(String options) throws Exception {
        Path program = folder.resolve("typed" + options.replaceAll("[^a-zA-Z0-9]", "_"));
        if (!Files.exists(program)) {
            List<String> command = new ArrayList<>(List.of("gcc"));
            command.addAll(List.of(options.split(" ")));
            command.addAll(List.of("-o", program.toString(), SOURCE.toString()));
            Programs.run(command);
        }
        return program;
    }

    private static Trapless.Result run(Path target, String program) throws Exception {
        return Trapless.run("-q", "-e", program.replace("{}", target.toString()), "-c", target.toString());
    }

    /** The lines of the target and those of the program that begin with a word are the same. */
    private static void assertTold(Trapless.Result result, String... words) {
        List<String> target = new ArrayList<>();
        List<String> told = new ArrayList<>();
        for (String line : result.succeeded().out().lines().toList()) {
            for (String word : words) {
                if (line.startsWith(word + " ")) {
                    target.add(line);
                } else if (line.startsWith("told " + word + " ")) {
                    told.add(line.substring("told ".length()));
                }
            }
        }
        assertThat(target).as(result.out()).hasSizeGreaterThanOrEqualTo(3 * words.length);
        assertThat(told).as(result.out() + result.err()).isEqualTo(target);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-g -O0",
                "-g -O2",
                "-gdwarf-4 -O2",
                "-gdwarf-4 -O0 -fcf-protection=full",
                "-g -O2 -gsplit-dwarf",
                "-g -O1 -gz"
            })
    void parametersOfAllKinds(String options) throws Exception {
        Path target = build(options);
        assertTold(run(target, """
                uprobe:{}:mixed {
                  printf("told mixed %d %d %d %d %ld %d %ld %d\\n", args.a, args.b, args.c, args.s, args.l, args->fifth, args.sixth, args.on_stack);
                }"""), "mixed");
        assertTold(run(target, """
                uprobe:{}:walk {
                  printf("told walk %d %u %d %ld %s %d %s %d\\n", args.n->value, args.n->flags, args.n->kind, args.n->wide, args.n->name,
                    args.n->next->value, args.n.next.name, args.n->next->next == 0);
                  printf("told deep %d %d %d %d %d %d %d\\n", args.n->grid[1][2], args.n->number, args.n->raw[1], args.n->low, args.n->deep,
                    args.n->inner.only, args.table[1]->grid[0][1]);
                }"""), "walk", "deep");
        assertTold(run(target, """
                uprobe:{}:by_value {
                  printf("told by_value %d %d %ld %ld %d %s %s\\n", args.k, args.p.a, args.p.b, args.b.a, args.b.b[2], args.b.text, str(args.last));
                }
                uprobe:{}:spilled { printf("told spilled %ld %d %ld %ld\\n", args.e, args.p.a, args.p.b, args.f); }
                """), "by_value", "spilled");
    }

    /** Without optimisation, and by constants with it, every argument is known where a function was inlined. */
    @Test
    void inlinedFunctionsHaveTheirArguments() throws Exception {
        String program = """
                uprobe:{}:inlined { printf("told inlined %ld %ld\\n", args.x, arg1); @ = count(); }
                """;
        Path plain = build("-g -O0");
        Trapless.Result result = Trapless.run("-e", program.replace("{}", plain.toString()), "-c", plain.toString());
        assertTold(result, "inlined");
        assertThat(result.out()).contains("@: 9");
        assertThat(result.err())
                .contains(":inlined is inlined at 3 places, probed as well")
                .doesNotContain("reads as 0");
        Path optimised = build("-g -O2");
        Trapless.Result fast =
                Trapless.run("-e", program.replace("{}", optimised.toString()), "-c", optimised.toString());
        assertThat(fast.succeeded().out()).contains("@: 9");
        assertThat(fast.err()).contains(":inlined is inlined at 3 places, probed as well");
        for (String line : fast.out().lines().filter(l -> l.startsWith("told ")).toList()) {
            String[] words = line.split(" ");
            boolean known = fast.out().contains("\n" + line.substring("told ".length()) + "\n");
            boolean unknown = words[2].equals("0") || words[3].equals("0");
            assertThat(known || (unknown && fast.err().contains("reads as 0")))
                    .as(line + "\n" + fast.out() + fast.err())
                    .isTrue();
        }
        Trapless.Result listed = Trapless.run("list", plain, "inlined");
        assertThat(listed.succeeded().out().lines())
                .hasSize(3)
                .allSatisfy(line -> assertThat(line)
                        .containsPattern(":inlined (jump|refused).*\\(inlined at calls_(once|twice)\\+\\d+\\)$"));
        assertThat(run(plain, "uretprobe:{}:inlined { }").err()).contains("3 inlined instances of it have no return");
    }

    private static int lineOfCalls() throws Exception {
        List<String> lines = Files.readAllLines(SOURCE);
        int line = 0;
        while (!lines.get(line++).contains("the line of calls")) {
            assertThat(line).isLessThan(lines.size());
        }
        return line;
    }

    @ParameterizedTest
    @ValueSource(strings = {"-g -O0", "-g -O2", "-g -O2 -gsplit-dwarf"})
    void sourceLines(String options) throws Exception {
        Path target = build(options);
        int calls = lineOfCalls();
        assertThat(run(target, "uprobe:{}@typed.c:" + calls + " { @[probe] = count(); }")
                        .succeeded()
                        .out())
                .containsPattern("@\\[uprobe:.*:typed\\.c:" + calls + "\\]: [3-9]\\d*\n");
        Trapless.Result none = run(target, "uprobe:{}:typed.c:2 { }");
        assertThat(none.exitStatus()).isEqualTo(1);
        assertThat(none.err()).contains("line 2 of ", "has no code; the nearest lines that have are: ");
        Trapless.Result other = run(target, "uprobe:{}@nowhere.c:2 { }");
        assertThat(other.err()).contains("no code of a source file 'nowhere.c'");
    }

    @Test
    void typesWithoutADefinitionInTheProgram() throws Exception {
        Path target = build("-g -O0");
        String size = Programs.run(List.of("gdb", "-batch", "-ex", "output sizeof(struct node)", target.toString()));
        String next = Programs.run(
                List.of("gdb", "-batch", "-ex", "output (long)&((struct node *)0)->next", target.toString()));
        String out = run(target, """
                uprobe:{}:walk {
                  printf("told %d %d %d\\n", ((struct node *)arg0)->value, sizeof(struct node), offsetof(struct node, next));
                  print(((struct node *)arg0)->color); print((enum color)6); print(((by_typedef *)arg0)->only);
                  print(((struct node *)arg0)->inner);
                  exit();
                }""").succeeded().out();
        assertThat(out)
                .contains("told 1 " + size.strip() + " " + next.strip() + "\n", "\nGREEN\nBLUE\n1\n{ .only = 42 }\n");
        String overridden = run(
                        target,
                        "struct node { short first; } uprobe:{}:walk { print(((struct node *)arg0)->first); exit(); }")
                .succeeded()
                .out();
        assertThat(overridden).contains("\n1\n");
    }

    @Test
    void whatIsMissingIsTold() throws Exception {
        Path target = build("-g -O0");
        assertThat(run(target, "uprobe:{}:mixed { print(args.nope); }").err())
                .contains("Cannot find function parameter 'nope'", "its parameters are a, d, b, c, s, f, l,");
        assertThat(run(target, "uprobe:{}:mixed { print(args.d); }").err())
                .contains("Can not read parameter 'd': it is passed in a register for floating-point numbers");
        assertThat(run(target, "uretprobe:{}:mixed { print(args.a); }").err())
                .contains("The args builtin can only be used with", "(uretprobe used here)");
        Path bare = build("-O0");
        Trapless.Result without = run(bare, "uprobe:{}:mixed { print(args.a); }");
        assertThat(without.exitStatus()).isEqualTo(1);
        assertThat(without.err()).contains("has no debugging information: build it with -g, or install its package");
        assertThat(run(bare, "uprobe:{}:walk { print(((struct node *)arg0)->value); }")
                        .err())
                .contains("Cannot resolve unknown type \"struct node\"", "has no debugging information");
        assertThat(run(bare, "uprobe:{}@typed.c:90 { }").err())
                .contains("a source line can't be looked up", "has no debugging information");
        // and without it all that needs none works
        assertThat(run(bare, "uprobe:{}:walk { @ = count(); }").succeeded().out())
                .contains("@: 3");
        Trapless.Result listed = Trapless.run("-lv", "uprobe:" + target + ":mixed");
        assertThat(listed.succeeded().out())
                .contains(
                        ":mixed\n    signed char a\n    double d\n    unsigned char b\n    enum color c\n    short int s\n");
    }

    @Test
    void debuggingInformationMayLieElsewhere() throws Exception {
        Path whole = build("-g -O2 -no-pie");
        Path stripped = folder.resolve("stripped");
        Path elsewhere = Files.createDirectories(folder.resolve("elsewhere"));
        Programs.run(List.of("objcopy", "--only-keep-debug", whole.toString(), elsewhere + "/stripped.debug"));
        Programs.run(List.of("objcopy", "-g", whole.toString(), stripped.toString()));
        String program = "uprobe:" + stripped + ":walk { print(args.n->name); exit(); }";
        Trapless.Result without = Trapless.run("-q", "-e", program, "-c", stripped.toString());
        assertThat(without.exitStatus()).isEqualTo(1);
        assertThat(without.err()).contains("has no debugging information");
        Trapless.Result with =
                Trapless.run("-q", "-e", program, "--debuginfo=nowhere:elsewhere", "-c", stripped.toString());
        assertThat(with.succeeded().out()).contains("\nfirst\n");
        String line = "uprobe:" + stripped + "@typed.c:" + lineOfCalls() + " { print(\"here\"); exit(); }";
        assertThat(Trapless.run("-q", "-e", line, "--debuginfo=" + elsewhere, "-c", stripped.toString())
                        .succeeded()
                        .out())
                .contains("\nhere\n");
    }
}
