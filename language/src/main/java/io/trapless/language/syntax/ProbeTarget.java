package io.trapless.language.syntax;

/** What a {@code uprobe} or {@code uretprobe} names inside its module. */
public sealed interface ProbeTarget {
    /** The canonical text, as it stands after the module's colon. */
    String text();

    /**
     * Every function whose name matches.
     *
     * @param pattern symbol name or demangled name, with the wildcards {@code * ? [ ]}
     * @param language restricts the match to names of one source language
     */
    record Function(String pattern, Language language) implements ProbeTarget {
        @Override
        public String text() {
            return language.prefix() + ProbeText.quoteFunction(pattern);
        }
    }

    /** An instruction {@code offsetBytes} (0 or more) after the start of a function. */
    record FunctionOffset(String pattern, Language language, long offsetBytes) implements ProbeTarget {
        @Override
        public String text() {
            return language.prefix() + ProbeText.quoteFunction(pattern) + "+" + offsetBytes;
        }
    }

    /** An instruction by its address in the file: the {@code p_vaddr} space of the ELF file, as symbols have it. */
    record Address(long address) implements ProbeTarget {
        @Override
        public String text() {
            return "0x" + Long.toHexString(address);
        }
    }

    /**
     * The instructions of a source line; needs DWARF.
     *
     * @param file its path, or the end of it
     * @param column 0: wherever in the line
     */
    record SourceLine(String file, int line, int column) implements ProbeTarget {
        public SourceLine(String file, int line) {
            this(file, line, 0);
        }

        @Override
        public String text() {
            return ProbeText.quoteFile(file) + ":" + line + (column == 0 ? "" : ":" + column);
        }
    }

    /** Whose naming rules a function pattern follows. */
    enum Language {
        /** Names of any language, mangled or not. */
        ANY(""),
        /** Demangled C++ names only: the prefix {@code cpp:}. A pattern without a parameter list matches every overload. */
        CPP("cpp:");

        private final String prefix;

        Language(String prefix) {
            this.prefix = prefix;
        }

        /** The text before the pattern, colon included. */
        public String prefix() {
            return prefix;
        }
    }
}
