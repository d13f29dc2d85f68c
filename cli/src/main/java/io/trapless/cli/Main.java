package io.trapless.cli;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The entry point of {@code trapless}: finds the command, runs it, and turns its outcome into one line and an exit status. */
public final class Main {
    private static final int OUT_BUFFER_BYTES = 1 << 16;
    private static final String NAME_PROPERTY = "trapless.name";
    private static final String DEBUG_VARIABLE = "TRAPLESS_DEBUG";

    private Main() {}

    /** Runs a command line and ends the process with its exit status. */
    public static void main(String[] arguments) {
        nameProcess();
        PrintStream out = stream(FileDescriptor.out, OUT_BUFFER_BYTES);
        PrintStream err = stream(FileDescriptor.err, 1 << 10);
        StopRequest stop = new StopRequest();
        Terminal terminal = new Terminal(out, err, isInteractive(), stop);
        int status = run(arguments, new Wiring(), terminal);
        // exit, not return: a thread that a command left behind must not keep the process
        System.exit(status);
    }

    /** So that ps, pidof and the program's own {@code comm} say what runs, by the name it was called by, and not {@code java}. */
    private static void nameProcess() {
        String name = System.getProperty(NAME_PROPERTY, "trapless");
        try (FileOutputStream comm = new FileOutputStream("/proc/self/comm")) {
            comm.write(name.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            return; // it goes by the other name then
        }
    }

    /**
     * Runs a command line.
     *
     * @return the exit status: 0 done, 1 failed, 2 wrong usage
     */
    static int run(String[] arguments, Actions actions, Terminal terminal) {
        int status = 1;
        try {
            Outcome outcome = outcomeOf(arguments, actions, terminal);
            status = outcome.exitStatus();
            terminal.out().flush();
            switch (outcome) {
                case Outcome.Done(), Outcome.Exited(int _) -> {}
                case Outcome.Failed(String sentence) -> terminal.say(sentence);
                case Outcome.WrongUsage(String sentence) -> terminal.say(sentence);
            }
            terminal.err().flush();
            return status;
        } finally {
            terminal.stop().ended(status);
        }
    }

    private static Outcome outcomeOf(String[] arguments, Actions actions, Terminal terminal) {
        if (arguments.length == 0) {
            return Outcome.wrongUsage("no command given; try 'trapless demo', or 'trapless --help' for all commands");
        }
        String word = arguments[0];
        switch (word) {
            case "--help", "-h", "help" -> {
                Help.print(terminal.out());
                return Outcome.done();
            }
            case "--version", "-V" -> {
                Version.print(terminal.out());
                return Outcome.done();
            }
            default -> {}
        }
        CommandName name = CommandName.ofWord(word);
        if (name == null && !isProgram(word)) {
            return Outcome.wrongUsage("there is no command '" + word + "'; see 'trapless --help'");
        }
        try {
            return name == null
                    ? ProgramLine.run(arguments, actions, terminal)
                    : new CommandLineParser(name).run(arguments, actions, terminal);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Outcome.failed("interrupted; run it again");
        } catch (IOException e) {
            return Outcome.failed(sentenceOf(e));
        } catch (Exception e) {
            return bug(e, terminal);
        } catch (OutOfMemoryError e) {
            return Outcome.failed("out of memory; give it more with TRAPLESS_JAVA_OPTIONS=-Xmx3g");
        }
    }

    /** Whether a command line whose first word is no command runs a program: an option, standard input or a file stands there. */
    private static boolean isProgram(String word) {
        return word.startsWith("-") || word.endsWith(".bt") || Files.isRegularFile(Path.of(word));
    }

    private static String sentenceOf(IOException e) {
        if (e instanceof NoSuchFileException missing) {
            return missing.getFile() + ": no such file or directory; check the path";
        }
        if (e instanceof FileSystemException file) {
            String reason = file.getReason() != null
                    ? file.getReason()
                    : file.getClass().getSimpleName();
            return file.getFile() + ": " + reason + "; check the path and its permissions";
        }
        String message = messageOf(e);
        return message + "; check space and permissions";
    }

    private static Outcome bug(Exception e, Terminal terminal) {
        if (System.getenv(DEBUG_VARIABLE) != null) {
            e.printStackTrace(terminal.err());
        }
        return Outcome.failed("internal error: " + e.getClass().getSimpleName() + ": " + messageOf(e) + "; set "
                + DEBUG_VARIABLE + "=1 for a stack trace and report it");
    }

    private static String messageOf(Throwable e) {
        @Nullable String message = e.getMessage();
        return message == null ? e.getClass().getSimpleName() : message.replace('\n', ' ');
    }

    private static PrintStream stream(FileDescriptor descriptor, int bufferBytes) {
        return new PrintStream(
                new BufferedOutputStream(new FileOutputStream(descriptor), bufferBytes), false, StandardCharsets.UTF_8);
    }

    /** Standard error is a terminal, by the launcher's word: Java's Console speaks of standard input and output only. */
    private static boolean isInteractive() {
        return "1".equals(System.getenv("TRAPLESS_INTERACTIVE"));
    }
}
