package io.trapless.language.check;

import io.trapless.language.checked.Settings;
import io.trapless.language.checked.Settings.MissingProbes;
import io.trapless.language.checked.Settings.SymbolCache;
import io.trapless.language.checked.Settings.Unstable;
import io.trapless.language.diagnostic.Finding;
import io.trapless.language.expand.Findings;
import io.trapless.language.syntax.Expression;
import io.trapless.language.syntax.Program;
import io.trapless.language.types.StackMode;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Reads the {@code config} block and the environment. */
final class SettingsReader {
    private static final String PREFIX = "BPFTRACE_";

    private static final Set<String> DEPRECATED = Set.of(
            "symbol_source",
            "max_type_res_iterations",
            "unstable_addr",
            "unstable_import",
            "unstable_macro",
            "unstable_map_decl");

    /** Those that only the kernel's side of bpftrace heeds: accepted, so that programs run unchanged. */
    private static final Set<String> IGNORED_NUMBERS = Set.of("max_bpf_progs", "on_stack_limit");

    private static final Map<String, String> RENAMED = Map.of(
            "strlen",
            "max_strlen",
            "no_cpp_demangle",
            "cpp_demangle",
            "cat_bytes_max",
            "max_cat_bytes",
            "map_keys_max",
            "max_map_keys");

    private static final List<String> LICENSES =
            List.of("Dual MIT/GPL", "Dual BSD/GPL", "Dual MPL/GPL", "GPL and additional rights", "GPL v2", "GPL");

    private static final Set<String> NUMBERS =
            Set.of("log_size", "max_cat_bytes", "max_map_keys", "max_probes", "max_strlen", "perf_rb_pages");

    private static final Set<String> TRUTHS =
            Set.of("cpp_demangle", "lazy_symbolication", "print_maps_on_exit", "show_debug_info", "use_blazesym");

    private static final Set<String> UNSTABLE =
            Set.of("unstable_import_statement", "unstable_tseries", "unstable_typeinfo", "unstable_dw_ustack");

    private static final Set<String> OTHERS =
            Set.of("cache_user_symbols", "license", "missing_probes", "stack_mode", "str_trunc_trailer");

    /** A string is kept in a record and in tables in memory: more than this is a mistake. */
    private static final long MAX_STRLEN = 1 << 20;

    private final Findings findings;
    private final Map<String, String> values = new HashMap<>();

    private SettingsReader(Findings findings) {
        this.findings = findings;
    }

    static Settings read(List<Program.Setting> settings, Map<String, String> environment, Findings findings) {
        SettingsReader reader = new SettingsReader(findings);
        for (Program.Setting setting : settings) {
            reader.setting(setting);
        }
        for (Map.Entry<String, String> variable : new TreeMap<>(environment).entrySet()) {
            reader.variable(variable.getKey(), variable.getValue());
        }
        return reader.settings();
    }

    private void setting(Program.Setting setting) {
        String key = setting.key();
        if (key.startsWith(PREFIX)) {
            key = key.substring(PREFIX.length());
        }
        key = key.toLowerCase(Locale.ROOT);
        if (DEPRECATED.contains(key)) {
            findings.warning(setting.span(), setting.key() + " is deprecated and has no effect");
            return;
        }
        String renamed = RENAMED.get(key);
        if (renamed != null) {
            findings.warning(setting.span(), setting.key() + " has been renamed, please use " + renamed);
            key = renamed;
        }
        String value = text(setting.value());
        String problem = value == null ? setting.key() + ": unsupported value" : problem(key, value, setting.key());
        if (problem != null) {
            findings.error(setting.span(), problem);
        } else if (value != null) {
            values.put(key, value);
        }
    }

    private static @Nullable String text(Expression value) {
        return switch (value) {
            case Expression.NumberLiteral n ->
                n.unsigned() ? Long.toUnsignedString(n.value()) : Long.toString(n.value());
            case Expression.StringLiteral s -> s.value();
            case Expression.BooleanLiteral b -> Boolean.toString(b.value());
            case Expression.Name n -> n.name();
            default -> null;
        };
    }

    private void variable(String name, String value) {
        if (!name.startsWith(PREFIX)) {
            return;
        }
        String key = name.substring(PREFIX.length()).toLowerCase(Locale.ROOT);
        if (!isKnown(key)) {
            // Others of that prefix steer bpftrace itself.
            return;
        }
        String problem = problem(key, value, name);
        if (problem != null) {
            findings.add(new Finding(Finding.Severity.ERROR, problem, null, List.of(), List.of(), List.of()));
        } else {
            values.put(key, value);
        }
    }

    private static boolean isKnown(String key) {
        return NUMBERS.contains(key)
                || TRUTHS.contains(key)
                || UNSTABLE.contains(key)
                || OTHERS.contains(key)
                || IGNORED_NUMBERS.contains(key);
    }

    /** What is wrong with a value, or null. */
    private static @Nullable String problem(String key, String value, String shown) {
        if (NUMBERS.contains(key) || IGNORED_NUMBERS.contains(key)) {
            Literals.Parsed number = Literals.parse(value);
            if (number == null || number.value() < 0 || number.unsigned()) {
                return shown + ": expecting a number, got " + value;
            }
            boolean tooLong = key.equals("max_strlen") && (number.value() < 1 || number.value() > MAX_STRLEN);
            return tooLong ? shown + ": a string has 1 to " + MAX_STRLEN + " bytes" : null;
        }
        if (TRUTHS.contains(key)) {
            return truth(value) == null ? shown + ": Invalid bool value: valid values are true, false, 1 or 0." : null;
        }
        if (UNSTABLE.contains(key)) {
            return unstable(value) == null
                    ? shown + ": Invalid value for unstable config: valid values are enable, warn, and error."
                    : null;
        }
        return switch (key) {
            case "cache_user_symbols" ->
                cache(value) == null
                        ? shown
                                + ": Invalid value for cache_user_symbols: valid values are PER_PID, PER_PROGRAM, and NONE."
                        : null;
            case "license" ->
                LICENSES.contains(value)
                        ? null
                        : "Invalid value for license. Found: " + value + ". Valid values: "
                                + String.join(", ", LICENSES);
            case "missing_probes" ->
                constant(MissingProbes.values(), value) == null
                        ? shown + ": Invalid value for missing_probes: valid values are ignore, warn, and error."
                        : null;
            case "stack_mode" ->
                StackMode.of(value) == null
                        ? shown + ": Invalid value for stack_mode: valid values are bpftrace, raw, perf, and build_id."
                        : null;
            case "str_trunc_trailer" -> null;
            case "btf", "kernel_build", "kernel_source", "vmlinux" ->
                shown + ": can only be set as an environment variable";
            default -> shown + ": not a known configuration option";
        };
    }

    private static @Nullable Boolean truth(String value) {
        return switch (value.toLowerCase(Locale.ROOT)) {
            case "true", "1" -> true;
            case "false", "0" -> false;
            default -> null;
        };
    }

    private static @Nullable Unstable unstable(String value) {
        return switch (value.toLowerCase(Locale.ROOT)) {
            case "enable", "true", "1" -> Unstable.ENABLE;
            case "warn" -> Unstable.WARN;
            case "error", "false", "0" -> Unstable.ERROR;
            default -> null;
        };
    }

    private static @Nullable SymbolCache cache(String value) {
        return switch (value.toLowerCase(Locale.ROOT)) {
            case "per_pid", "1" -> SymbolCache.PER_PID;
            case "per_program" -> SymbolCache.PER_PROGRAM;
            case "none", "0" -> SymbolCache.NONE;
            default -> null;
        };
    }

    private static <E extends Enum<E>> @Nullable E constant(E[] values, String text) {
        return Arrays.stream(values)
                .filter(v -> v.name().equalsIgnoreCase(text))
                .findFirst()
                .orElse(null);
    }

    private long number(String key, long fallback) {
        String value = values.get(key);
        Literals.Parsed parsed = value == null ? null : Literals.parse(value);
        return parsed == null ? fallback : parsed.value();
    }

    private boolean truth(String key, boolean fallback) {
        String value = values.get(key);
        Boolean truth = value == null ? null : truth(value);
        return truth == null ? fallback : truth;
    }

    private Unstable unstable(String key, Unstable fallback) {
        String value = values.get(key);
        Unstable unstable = value == null ? null : unstable(value);
        return unstable == null ? fallback : unstable;
    }

    private Settings settings() {
        SymbolCache cache = cache(values.getOrDefault("cache_user_symbols", "per_pid"));
        StackMode mode = StackMode.of(values.getOrDefault("stack_mode", "bpftrace"));
        MissingProbes missing = constant(MissingProbes.values(), values.getOrDefault("missing_probes", "error"));
        return new Settings(
                cache == null ? SymbolCache.PER_PID : cache,
                truth("cpp_demangle", true),
                truth("lazy_symbolication", true),
                number("max_cat_bytes", 10_240),
                number("max_map_keys", 4096),
                number("max_probes", 1024),
                (int) number("max_strlen", 1024),
                number("log_size", 1_000_000),
                number("perf_rb_pages", 0),
                truth("use_blazesym", true) && truth("show_debug_info", true),
                mode == null ? StackMode.BPFTRACE : mode,
                values.getOrDefault("str_trunc_trailer", ".."),
                truth("print_maps_on_exit", true),
                missing == null ? MissingProbes.ERROR : missing,
                unstable("unstable_typeinfo", Unstable.ERROR),
                unstable("unstable_tseries", Unstable.WARN),
                unstable("unstable_dw_ustack", Unstable.WARN),
                unstable("unstable_import_statement", Unstable.ERROR));
    }
}
