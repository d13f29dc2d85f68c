package io.trapless.trace.event;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Facts about where a trace comes from: CTF's {@code env} block. Names are C identifiers; the order is kept.
 *
 * @param entries no two of one name
 */
public record Environment(List<Entry> entries) {

    /** One fact. */
    public sealed interface Entry {
        String name();
    }

    public record TextEntry(String name, String value) implements Entry {}

    public record NumberEntry(String name, long value) implements Entry {}

    /**
     * A file mapped into a traced process.
     *
     * @param baseAddress where its first segment lies
     * @param buildId hexadecimal, or empty if it has none
     */
    public record Module(String path, long baseAddress, String buildId) {}

    public Environment {
        entries = List.copyOf(entries);
    }

    public static Builder builder() {
        return new Builder();
    }

    /** The text or number (as decimal text) of {@code name}, or the empty string. */
    public String get(String name) {
        for (Entry entry : entries) {
            if (entry.name().equals(name)) {
                return switch (entry) {
                    case TextEntry text -> text.value();
                    case NumberEntry number -> Long.toString(number.value());
                };
            }
        }
        return "";
    }

    /** Collects entries; a later one replaces an earlier one of the same name. For one thread. */
    public static final class Builder {
        private final Map<String, Entry> entries = new LinkedHashMap<>();

        private Builder() {}

        /** Characters of {@code name} that an identifier can't have become underscores. */
        public Builder put(String name, String value) {
            String identifier = identifier(name);
            entries.put(identifier, new TextEntry(identifier, value));
            return this;
        }

        public Builder put(String name, long value) {
            String identifier = identifier(name);
            entries.put(identifier, new NumberEntry(identifier, value));
            return this;
        }

        /** Trapless and its version, by the names that other CTF tracers use. */
        public Builder tracer(int major, int minor, int patchLevel) {
            return put("tracer_name", "trapless")
                    .put("tracer_major", major)
                    .put("tracer_minor", minor)
                    .put("tracer_patchlevel", patchLevel);
        }

        public Builder host(String hostname, String kernelRelease, String cpuModel) {
            return put("hostname", hostname)
                    .put("sysname", "Linux")
                    .put("kernel_release", kernelRelease)
                    .put("cpu_model", cpuModel)
                    .put("architecture_bit_width", 64);
        }

        /** A traced process: entries {@code process_PID_command}, {@code process_PID_module_N}. */
        public Builder process(int pid, List<String> command, List<Module> modules) {
            String prefix = "process_" + pid + "_";
            put(prefix + "command", String.join(" ", command));
            for (int i = 0; i < modules.size(); i++) {
                Module module = modules.get(i);
                String buildId = module.buildId().isEmpty() ? "none" : module.buildId();
                put(
                        prefix + "module_" + i,
                        "0x" + Long.toHexString(module.baseAddress()) + " " + buildId + " " + module.path());
            }
            return this;
        }

        public Environment build() {
            return new Environment(new ArrayList<>(entries.values()));
        }

        private static String identifier(String name) {
            StringBuilder identifier = new StringBuilder(name.length());
            for (int i = 0; i < name.length(); i++) {
                char c = name.charAt(i);
                boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
                boolean digit = c >= '0' && c <= '9' && i > 0;
                identifier.append(letter || digit ? c : '_');
            }
            return identifier.isEmpty() ? "_" : identifier.toString();
        }
    }
}
