package io.trapless.cli;

import java.io.PrintStream;

/** The text of {@code trapless --help}. Plain prints, no picocli: this is the command whose start-up people feel. */
final class Help {

    private Help() {}

    /** Prints the commands, one a line, and a first example. */
    static void print(PrintStream out) {
        out.println("Usage: trapless COMMAND [ARG...]");
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
        out.println("  trapless record -p PID -e 'uprobe:libc:malloc /arg0 > 4096/ { size = arg0 }' --duration 5s");
        out.println();
        out.println("'trapless COMMAND --help' tells a command's options.");
    }
}
