package io.trapless.language.checked;

import io.trapless.language.slice.ArgumentTypes;
import io.trapless.language.syntax.AttachPoint;
import io.trapless.language.syntax.ProbePattern;
import io.trapless.language.types.StructLayout;
import io.trapless.language.types.Type;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the checker has to know beside the program's text.
 *
 * @param positional {@code $1} and on
 * @param named {@code --name=value} of the program's own, by name; the empty string where no value is given
 * @param environment variables of the process, of which {@code BPFTRACE_*} are settings
 * @param unsafe whether {@code system}, {@code signal} and their like are allowed
 * @param tellsReads whether reads that fail are told: then those are made too whose value nobody uses
 * @param hasChild whether a command was given by {@code -c}
 * @param files reads what is included or imported
 * @param facts what is known of probes' sites
 */
public record CheckOptions(
        List<String> positional,
        Map<String, String> named,
        Map<String, String> environment,
        boolean unsafe,
        boolean tellsReads,
        boolean hasChild,
        Files files,
        SiteFacts facts) {
    public CheckOptions {
        positional = List.copyOf(positional);
        named = Map.copyOf(named);
        environment = Map.copyOf(environment);
    }

    /** No parameters, no files, no sites. */
    public static CheckOptions none() {
        return new CheckOptions(List.of(), Map.of(), Map.of(), false, false, false, Files.NONE, SiteFacts.UNKNOWN);
    }

    /** Reads files for the checker, which itself touches none. */
    public interface Files {
        Files NONE = new Files() {
            @Override
            public @Nullable String header(String name, boolean angled) {
                return null;
            }

            @Override
            public Imported imported(String path, @Nullable Path importer) {
                return new Imported.Failed("can't be read");
            }
        };

        /**
         * The text of an included header, or null if there is none.
         *
         * @param name as written between the quotes or angle brackets
         * @param angled whether it stood in angle brackets: then only the system's folders count
         */
        @Nullable String header(String name, boolean angled);

        /**
         * What an import names.
         *
         * @param path as written
         * @param importer the file that holds the import; null for the program given by {@code -e}
         */
        Imported imported(String path, @Nullable Path importer);
    }

    /** What an import leads to. */
    public sealed interface Imported {
        /** Scripts and headers, in order. */
        record Found(List<ImportedFile> files) implements Imported {
            public Found {
                files = List.copyOf(files);
            }
        }

        /**
         * @param reason a clause that completes "NAME:"
         */
        record Failed(String reason) implements Imported {}
    }

    /** One file: its path with links resolved, and its text. */
    public record ImportedFile(Path path, String text) {}

    /** What is known of the sites of a probe. */
    public interface SiteFacts {
        SiteFacts UNKNOWN = new SiteFacts() {
            @Override
            public ArgumentTypes argumentTypes(ProbePattern pattern) {
                return new ArgumentTypes.Unknown();
            }

            @Override
            public Parameters parameters(AttachPoint point) {
                return new Parameters.Unknown("nothing is known of the traced program");
            }
        };

        /** The arguments of a probe's sites. */
        ArgumentTypes argumentTypes(ProbePattern pattern);

        /** The parameters of the function by its debugging information, for {@code args}. */
        Parameters parameters(AttachPoint point);

        /** Why nothing is known of types of the probe's module, if that is so; else null. */
        default @Nullable String withoutTypes(AttachPoint point) {
            return null;
        }

        /**
         * What a {@code typedef} stands for by the debugging information of the probe's module, or null.
         *
         * @param name without a tag
         */
        default @Nullable Type typedef(AttachPoint point, String name) {
            return null;
        }

        /**
         * An enumeration by the debugging information of the probe's module, or null.
         *
         * @param name with its tag: {@code enum foo}
         */
        default Type.@Nullable Enumeration enumeration(AttachPoint point, String name) {
            return null;
        }

        /**
         * A structure or union by the debugging information of the probe's module, or null.
         *
         * @param name with its tag: {@code struct foo}
         */
        default @Nullable StructLayout struct(AttachPoint point, String name) {
            return null;
        }

        /** Bytes of a data symbol of the probe's module, for the type of {@code uaddr}; -1 if it is not known. */
        default int symbolSize(AttachPoint point, String symbol) {
            return -1;
        }
    }

    /** What {@code args} stands for. */
    public sealed interface Parameters {
        /** In order. */
        record Known(List<NamedArgument> all) implements Parameters {
            public Known {
                all = List.copyOf(all);
            }
        }

        /**
         * @param reason a sentence without its end: what is missing, and how to get it
         */
        record Unknown(String reason) implements Parameters {}
    }

    /**
     * A parameter of a function.
     *
     * @param first which {@code argN} has its first 8 bytes; those of a structure go on in the next ones. {@link #UNREADABLE}: no program can read it
     * @param reason why it can't be read, or empty
     */
    public record NamedArgument(String name, Type type, int first, String reason) {
        /** No {@code argN} has it. */
        public static final int UNREADABLE = -1;
    }
}
