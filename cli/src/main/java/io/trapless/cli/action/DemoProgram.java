package io.trapless.cli.action;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Something that is on any Linux machine and works: it builds a table of words, sorts it and writes it out, again and again. It ends by itself after half a minute, should nobody be left to
 * end it.
 *
 * @param command absolute path and arguments
 */
record DemoProgram(String name, List<String> command) {
    private static final String PERL = "my $end = time + 30; my $text = \"the quick brown fox \" x 200;"
            + " while (time < $end) { my %t; for my $i (1..200) {"
            + " my $s = substr($text, $i, $i * 7 % 3000); $t{\"word $i\"} = [$s, length $s]; }"
            + " print join(\"\\n\", map { \"$_ $t{$_}[1]\" } sort keys %t), \"\\n\"; }";
    private static final String PYTHON = "import os, time\n"
            + "end = time.time() + 30\n"
            + "while time.time() < end:\n"
            + "    table = {'word %d' % i: 'x' * (i * 7 % 3000) for i in range(200)}\n"
            + "    os.write(1, '\\n'.join('%s %d' % (k, len(table[k])) for k in sorted(table)).encode())\n";
    private static final String SHELL = "i=0; text=; while [ $i -lt 3000000 ]; do i=$((i + 1)); text=\"$text word $i\";"
            + " [ ${#text} -lt 3000 ] || { echo \"$text\"; text=; }; done";

    DemoProgram {
        command = List.copyOf(command);
    }

    /** The first of perl, python3, bash and sh that is installed; null if there is none. */
    static @Nullable DemoProgram choose() {
        for (DemoProgram program : List.of(
                new DemoProgram("perl", List.of("perl", "-e", PERL)),
                new DemoProgram("python3", List.of("python3", "-c", PYTHON)),
                new DemoProgram("bash", List.of("bash", "-c", SHELL)),
                new DemoProgram("sh", List.of("sh", "-c", SHELL)))) {
            if (isInstalled(program.name)) {
                return program;
            }
        }
        return null;
    }

    private static boolean isInstalled(String name) {
        String path = System.getenv("PATH");
        for (String folder : (path == null ? "/usr/bin:/bin" : path).split(File.pathSeparator, -1)) {
            if (!folder.isEmpty() && Files.isExecutable(Path.of(folder, name))) {
                return true;
            }
        }
        return false;
    }
}
