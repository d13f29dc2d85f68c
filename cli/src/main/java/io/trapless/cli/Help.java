package io.trapless.cli;

import java.io.PrintStream;

/** The text of {@code trapless --help}. Plain prints, no picocli: this is the command whose start-up people feel. */
final class Help {

    private Help() {}

    /** Prints the commands, one a line, and a first example. */
    static void print(PrintStream out) {
        out.println("USAGE:");
        out.println("    trapless COMMAND [ARG...]");
        out.println("    trapless -e PROGRAM [ARG...]");
        out.println("    trapless FILE.bt [ARG...]");
        out.println();
        out.println("Records events of live, unmodified programs by jumps: no breakpoint, no system call, no root.");
        out.println();
        out.println("Commands:");
        for (CommandName command : CommandName.values()) {
            out.print("  ");
            out.print(command.word());
            out.print(" ".repeat(10 - command.word().length()));
            out.println(command.summary());
        }
        out.println();
        out.println("Try:");
        out.println("  trapless demo");
        out.println("  trapless -p PID -e 'uprobe:libc:malloc { @ = hist(arg0); }'");
        out.println("  trapless record -p PID -e 'uprobe:libc:malloc /arg0 > 4096/ { size = arg0 }' --duration 5s");
        out.println();
        out.println("'trapless COMMAND --help' tells a command's options, 'trapless -e - --help' those of programs.");
    }

    /** Prints the options of programs. */
    static void printProgram(PrintStream out) {
        out.println("""
                USAGE:
                    trapless [OPTION...] FILE.bt [ARG...]
                    trapless [OPTION...] - [ARG...]
                    trapless [OPTION...] -e PROGRAM [ARG...]

                Runs the userspace part of a bpftrace program. Parameters with names follow after '--'.

                  -e PROGRAM            the program itself
                  -p, --pid PID         trace this process
                  -c, --cmd COMMAND     start and trace this command
                      --trace DIR       run over a recorded trace
                      --save DIR        record the events of a live run into a trace too
                  -l, --list [PATTERN]  list probes that match, or those of the program
                  -o, --output FILE     write results there
                  -f FORMAT             text or json
                  -B MODE               hand results on by line, full (buffer) or none (at once)
                  -q, --quiet           say nothing but results
                  -v, --verbose         say more
                  -k, --warnings        tell reads that failed too
                      --no-warnings     tell no warnings
                  -I DIR                look for headers there too
                      --debuginfo DIR   look for debugging information there too
                      --include FILE    include this header first
                      --unsafe          allow system(), signal() and their like
                      --dry-run         attach, and end
                      --test, --bench   run test or bench probes only
                      --fmt             print the program in one form
                      --probe-filter REGEX  only probes whose name matches
                  -d, --debug STAGE     show the program after a stage: parse, ast, types, slice
                      --info            what this tracer can do
                  -h, --help; -V, --version""");
    }
}
