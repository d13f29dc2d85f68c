package io.trapless.cli;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The commands there are, in the order of the help text. The class of a command is loaded when {@link #create()} is called, not before. */
enum CommandName {
    DEMO("show the main job on something real, in seconds"),
    RECORD("record events of live processes into a CTF trace"),
    LIST("list the sites of a process or a file that match a pattern"),
    VIEW("print a trace, one event a line, in time order"),
    SESSIONS("list what lies in shared memory, dead sessions included"),
    SET("switch probes of a running recording on or off"),
    SNAPSHOT("make a trace of what a flight recorder holds, while it goes on"),
    RECOVER("turn a dead session into a trace"),
    PRELOAD("make a shared object that arms programs from within, where ptrace is forbidden"),
    DETACH("take out what a tracer that died left in a process"),
    BENCH("measure, side by side with every peer that is installed");

    private final String summary;

    CommandName(String summary) {
        this.summary = summary;
    }

    /** The word on the command line. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** What it does, in one line without a full stop. */
    String summary() {
        return summary;
    }

    /** A fresh instance for picocli to fill. */
    Subcommand create() {
        return switch (this) {
            case DEMO -> new DemoCommand();
            case RECORD -> new RecordCommand();
            case LIST -> new ListCommand();
            case VIEW -> new ViewCommand();
            case SESSIONS -> new SessionsCommand();
            case SET -> new SetCommand();
            case SNAPSHOT -> new SnapshotCommand();
            case RECOVER -> new RecoverCommand();
            case PRELOAD -> new PreloadCommand();
            case DETACH -> new DetachCommand();
            case BENCH -> new BenchCommand();
        };
    }

    /** The command of that word, or null. */
    static @Nullable CommandName ofWord(String word) {
        for (CommandName name : values()) {
            if (name.word().equals(word)) {
                return name;
            }
        }
        return null;
    }
}
