package io.trapless.cli;

import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The command line of a program, as bpftrace reads it: options and words in any order, short options together ({@code -qf json}), a value in the same word or the next, and nothing but words after {@code --}. Of the words
 * the first is the program's file unless {@code -e} gives the program; the rest are its parameters, of which those that begin with {@code --} have names.
 */
final class ProgramLine {
    /** Short options; a colon follows those with a value. */
    private static final String SHORT = "d:bB:f:e:hlp:vqc:Vo:I:k";

    /** The kernel gives out none above: PID_MAX_LIMIT of 64-bit machines. */
    private static final int MAX_PID = 1 << 22;

    private static final int MAX_PID_DIGITS = 9;

    private static final int FAILED = 1;
    private static final int WRONG_USAGE = 2;
    private static final String HELP = "'trapless -e - --help' tells all options";
    private static final String OWN_PARAMETERS = "parameters of a program's own follow after '--'";

    private static final Map<String, Boolean> LONG = new HashMap<>();

    static {
        for (String name :
                ("aot cmd debug debuginfo dwarf-pid emit-elf emit-llvm include mode no-feature output pid probe-filter save trace"
                                + " traceable-functions")
                        .split(" ", -1)) {
            LONG.put(name, true);
        }
        for (String name :
                ("bench btf dry-run fmt help info list no-warnings quiet test unsafe usdt-file-activation verbose verify-llvm-ir version"
                                + " warnings")
                        .split(" ", -1)) {
            LONG.put(name, false);
        }
    }

    private final List<String> words = new ArrayList<>();
    private final Set<String> stages = new HashSet<>();
    private final List<Path> includeFolders = new ArrayList<>();
    private final List<String> includeFiles = new ArrayList<>();
    private final List<Path> debugFolders = new ArrayList<>();
    private ProgramRequest.Mode mode = ProgramRequest.Mode.RUN;
    private ProgramRequest.WarningLevel warnings = ProgramRequest.WarningLevel.NORMAL;
    private ProgramRequest.Buffering buffering = ProgramRequest.Buffering.LINE;
    private @Nullable String text;
    private @Nullable Integer pid;
    private @Nullable String command;
    private @Nullable Path output;
    private @Nullable Path trace;
    private @Nullable Path save;
    private @Nullable String probeFilter;
    private boolean json;
    private boolean listing;
    private boolean quiet;
    private boolean verbose;
    private boolean unsafe;
    private boolean dryRun;
    private boolean help;
    private boolean version;

    /** The command line makes no sense. What to do about it stands in lines of its own, so that the first is in bpftrace's words and nothing else. */
    static final class UsageException extends Exception {
        private final List<String> furtherLines;

        UsageException(String sentence, String... furtherLines) {
            super(sentence);
            this.furtherLines = List.of(furtherLines);
        }

        static UsageException hinted(String sentence, String hint) {
            return new UsageException(sentence, "HINT: " + hint);
        }

        /** An option that there is not: short usage follows, under the heading that bpftrace has. */
        static UsageException unknown(String option, String hint) {
            return new UsageException(
                    "unknown option '" + option + "'",
                    "USAGE:",
                    "    trapless [OPTION...] FILE.bt | -e PROGRAM",
                    "HINT: " + hint);
        }

        void print(PrintStream out) {
            // as bpftrace says it: whoever runs its programs may look for that
            out.println("ERROR: " + getMessage());
            furtherLines.forEach(out::println);
        }
    }

    private ProgramLine() {}

    /**
     * Parses and runs.
     *
     * @param arguments the whole command line
     */
    static Outcome run(String[] arguments, Actions actions, Terminal terminal) throws Exception {
        ProgramLine line = new ProgramLine();
        try {
            line.parse(arguments);
            if (line.help) {
                Help.printProgram(terminal.out());
                return Outcome.done();
            }
            if (line.version) {
                Version.print(terminal.out());
                return Outcome.done();
            }
            ProgramRequest request = line.request();
            String file = request.file();
            if (file != null && !file.equals("-") && Files.notExists(Path.of(file))) {
                terminal.err().println("ERROR: failed to open file '" + file + "': No such file or directory");
                terminal.err().println("HINT: check the path");
                return new Outcome.Exited(FAILED);
            }
            return actions.program(request, terminal);
        } catch (UsageException e) {
            e.print(terminal.err());
            return new Outcome.Exited(WRONG_USAGE);
        }
    }

    private void parse(String[] arguments) throws UsageException {
        int i = 0;
        while (i < arguments.length) {
            String word = arguments[i++];
            if (word.equals("--")) {
                words.addAll(List.of(arguments).subList(i, arguments.length));
                return;
            }
            if (word.startsWith("--")) {
                i = longOption(word.substring(2), arguments, i);
            } else if (word.length() > 1 && word.charAt(0) == '-') {
                i = shortOptions(word, arguments, i);
            } else {
                words.add(word);
            }
        }
    }

    private int longOption(String option, String[] arguments, int next) throws UsageException {
        int equals = option.indexOf('=');
        String name = equals < 0 ? option : option.substring(0, equals);
        Boolean takesValue = LONG.get(name);
        if (takesValue == null) {
            throw UsageException.unknown("--" + name, OWN_PARAMETERS + "; " + HELP);
        }
        if (!takesValue) {
            if (equals >= 0) {
                throw new UsageException("option '--" + name + "' takes no value");
            }
            set(name, "");
            return next;
        }
        if (equals >= 0) {
            set(name, option.substring(equals + 1));
            return next;
        }
        set(name, value("--" + name, arguments, next));
        return next + 1;
    }

    private int shortOptions(String word, String[] arguments, int next) throws UsageException {
        for (int i = 1; i < word.length(); i++) {
            char letter = word.charAt(i);
            int at = letter == ':' ? -1 : SHORT.indexOf(letter);
            if (at < 0) {
                throw UsageException.unknown("-" + letter, HELP);
            }
            boolean takesValue = at + 1 < SHORT.length() && SHORT.charAt(at + 1) == ':';
            if (!takesValue) {
                set(String.valueOf(letter), "");
            } else if (i + 1 < word.length()) {
                set(String.valueOf(letter), word.substring(i + 1));
                return next;
            } else {
                set(String.valueOf(letter), value("-" + letter, arguments, next));
                return next + 1;
            }
        }
        return next;
    }

    private static String value(String option, String[] arguments, int at) throws UsageException {
        if (at >= arguments.length) {
            throw new UsageException("option '" + option + "' needs a value");
        }
        return arguments[at];
    }

    private void set(String option, String value) throws UsageException {
        switch (option) {
            case "e" -> text = value;
            case "p", "pid" -> pid = pid(value);
            case "c", "cmd" -> command = value;
            case "o", "output" -> output = Path.of(value);
            case "f" -> json = isJson(value);
            case "B" -> buffering = buffering(value);
            case "I" -> includeFolders.add(Path.of(value));
            case "include" -> includeFiles.add(value);
            case "l", "list" -> listing = true;
            case "q", "quiet" -> quiet = true;
            case "v", "verbose" -> verbose = true;
            case "k", "warnings" -> warnings = ProgramRequest.WarningLevel.ALL;
            case "no-warnings" -> warnings = ProgramRequest.WarningLevel.NONE;
            case "d", "debug" -> stages.addAll(List.of(value.split(",", -1)));
            case "unsafe" -> unsafe = true;
            case "dry-run" -> dryRun = true;
            case "trace" -> trace = Path.of(value);
            case "save" -> save = Path.of(value);
            case "probe-filter" -> probeFilter = value;
            case "debuginfo" -> addDebugFolders(value);
            case "h", "help" -> help = true;
            case "V", "version" -> version = true;
            case "info" -> mode = ProgramRequest.Mode.INFO;
            case "test" -> mode(ProgramRequest.Mode.TEST, "--test");
            case "bench" -> mode(ProgramRequest.Mode.BENCH, "--bench");
            case "fmt" -> mode(ProgramRequest.Mode.FORMAT, "--fmt");
            case "mode" -> mode(modeOf(value), "--mode");
            case "aot", "emit-elf", "emit-llvm" ->
                throw new UsageException("--" + option + " can't be had: programs become JVM bytecode, not BPF");
            // of no meaning here: no BTF, no BPF, semaphores are set wherever a probe is armed
            case "b",
                    "btf",
                    "dwarf-pid",
                    "no-feature",
                    "traceable-functions",
                    "usdt-file-activation",
                    "verify-llvm-ir" -> {}
            default -> throw UsageException.unknown(option, HELP);
        }
    }

    /** Folders with colons between them; a plus sign before one asks for a check of its files, which is made anyway. */
    private void addDebugFolders(String value) {
        for (String folder : value.split(":", -1)) {
            String path = folder.startsWith("+") ? folder.substring(1) : folder;
            if (!path.isEmpty()) {
                debugFolders.add(Path.of(path));
            }
        }
    }

    private static int pid(String value) throws UsageException {
        String digits = value.strip();
        int end = 0;
        while (end < digits.length() && Character.isDigit(digits.charAt(end))) {
            end++;
        }
        if (end == 0) {
            throw UsageException.hinted("Failed to parse pid: invalid integer: " + value, "give -p a process id");
        }
        if (end < digits.length()) {
            throw UsageException.hinted(
                    "Failed to parse pid: invalid trailing bytes: " + value, "give -p a process id");
        }
        // more digits than the largest id has can't be one
        int number = end > MAX_PID_DIGITS ? 0 : Integer.parseInt(digits);
        if (number <= 0 || number > MAX_PID) {
            throw UsageException.hinted("Pid out of range: " + value, "give -p a number from 1 to " + MAX_PID);
        }
        return number;
    }

    private static boolean isJson(String value) throws UsageException {
        return switch (value) {
            case "json" -> true;
            case "text" -> false;
            default ->
                throw UsageException.hinted("Invalid output format \"" + value + "\"", "Valid formats: 'text', 'json'");
        };
    }

    private static ProgramRequest.Buffering buffering(String value) throws UsageException {
        return switch (value) {
            case "line" -> ProgramRequest.Buffering.LINE;
            case "full" -> ProgramRequest.Buffering.FULL;
            case "none" -> ProgramRequest.Buffering.NONE;
            default -> throw new UsageException("USAGE: -B must be either 'line', 'full', or 'none'.");
        };
    }

    private static ProgramRequest.Mode modeOf(String value) throws UsageException {
        return switch (value) {
            case "codegen", "compiler-bench" -> ProgramRequest.Mode.CODEGEN;
            case "bench" -> ProgramRequest.Mode.BENCH;
            case "test" -> ProgramRequest.Mode.TEST;
            case "format" -> ProgramRequest.Mode.FORMAT;
            default ->
                throw new UsageException("--mode can only be 'codegen', 'compiler-bench', 'bench', 'test' or 'format'");
        };
    }

    private void mode(ProgramRequest.Mode wanted, String option) throws UsageException {
        if (mode != ProgramRequest.Mode.RUN) {
            throw new UsageException(option + " conflicts with another mode; give only one");
        }
        mode = wanted;
    }

    private ProgramRequest request() throws UsageException {
        String file = null;
        String search = null;
        List<String> rest = new ArrayList<>(words);
        if (listing && text == null) {
            search = rest.isEmpty() ? "" : rest.removeFirst();
            if (!search.isEmpty() && Files.isRegularFile(Path.of(search))) {
                file = search;
                search = null;
            }
        } else if (text == null && mode != ProgramRequest.Mode.INFO) {
            if (rest.isEmpty()) {
                throw new UsageException("USAGE: filename or -e 'program' required.");
            }
            file = rest.removeFirst();
        }
        List<String> positional = new ArrayList<>();
        Map<String, String> named = new HashMap<>();
        for (String word : rest) {
            if (word.startsWith("--") && word.length() > 2) {
                int equals = word.indexOf('=');
                named.put(
                        word.substring(2, equals < 0 ? word.length() : equals),
                        equals < 0 ? "" : word.substring(equals + 1));
            } else {
                positional.add(word);
            }
        }
        return new ProgramRequest(
                text,
                file,
                positional,
                named,
                listing,
                search,
                pid,
                command,
                output,
                json,
                buffering,
                trace,
                save,
                mode,
                stages,
                warnings,
                quiet,
                verbose,
                unsafe,
                dryRun,
                includeFolders,
                includeFiles,
                probeFilter,
                debugFolders);
    }
}
