package io.trapless.cli;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;

/** Lets picocli fill one command from the command line, and runs it. */
final class CommandLineParser {
    private static final int HELP_WIDTH = 100;

    private final CommandName name;

    CommandLineParser(CommandName name) {
        this.name = name;
    }

    /**
     * Parses and runs.
     *
     * @param arguments the whole command line; the first word is the command
     */
    Outcome run(String[] arguments, Actions actions, Terminal terminal) throws Exception {
        Subcommand command = name.create();
        CommandLine line = new CommandLine(command)
                .setCommandName("trapless " + name.word())
                .setUsageHelpWidth(HELP_WIDTH)
                .setStopAtPositional(name == CommandName.RECORD)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .registerConverter(Bytes.class, text -> new Bytes(Quantity.sizeBytes(text)))
                .registerConverter(RotateAt.class, RotateAt::parse)
                .registerConverter(Duration.class, Quantity::time)
                .registerConverter(Path.class, CommandLineParser::path);
        line.getCommandSpec()
                .addOption(OptionSpec.builder("-h", "--help")
                        .usageHelp(true)
                        .description("this text")
                        .build());
        try {
            CommandLine.ParseResult result = line.parseArgs(Arrays.copyOfRange(arguments, 1, arguments.length));
            if (result.isUsageHelpRequested()) {
                line.usage(terminal.out(), Ansi.OFF);
                return Outcome.done();
            }
        } catch (ParameterException e) {
            return Outcome.wrongUsage(sentenceOf(e));
        }
        return command.run(actions, terminal);
    }

    private String sentenceOf(ParameterException e) {
        String message = e.getMessage();
        if (e.getCause() instanceof Quantity.MalformedQuantityException malformed) {
            message = malformed.getMessage();
        }
        String text = message == null ? "malformed command line" : message.replace('\n', ' ');
        if (text.length() > 1 && Character.isUpperCase(text.charAt(0)) && Character.isLowerCase(text.charAt(1))) {
            text = text.substring(0, 1).toLowerCase(Locale.ROOT) + text.substring(1);
        }
        return text + "; see 'trapless " + name.word() + " --help'";
    }

    private static Path path(String text) {
        try {
            if (!text.isEmpty()) {
                return Path.of(text);
            }
        } catch (InvalidPathException e) {
            throw new TypeConversionException("'" + text + "' is not a path");
        }
        throw new TypeConversionException("the empty text is not a path");
    }

    /** A size on the command line. */
    record Bytes(long count) {}
}
