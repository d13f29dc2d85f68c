package io.trapless.language.check;

import io.trapless.language.checked.CheckedExpression;
import io.trapless.language.checked.Settings;
import io.trapless.language.diagnostic.Span;
import io.trapless.language.types.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The settings as the record of literals that {@code config} is. */
final class SettingsRecord {
    private final Span span;
    private final List<CheckedExpression> values = new ArrayList<>();
    private final List<Integer> places = new ArrayList<>();
    private final List<Type.NamedTuple.Field> fields = new ArrayList<>();

    private SettingsRecord(Span span) {
        this.span = span;
    }

    static Term of(Settings settings, Span span) {
        SettingsRecord record = new SettingsRecord(span);
        record.truth("cpp_demangle", settings.cppDemangle());
        record.truth("lazy_symbolication", settings.lazySymbolication());
        record.truth("print_maps_on_exit", settings.printMapsOnExit());
        record.truth("show_debug_info", settings.showDebugInfo());
        record.number("log_size", settings.logSize());
        record.number("max_cat_bytes", settings.maxCatBytes());
        record.number("max_map_keys", settings.maxMapKeys());
        record.number("max_probes", settings.maxProbes());
        record.number("max_strlen", settings.maxStrlen());
        record.number("perf_rb_pages", settings.perfRbPages());
        record.text("str_trunc_trailer", settings.strTruncTrailer());
        record.word("unstable_import_statement", settings.importStatements());
        record.word("unstable_tseries", settings.tseries());
        record.word("unstable_typeinfo", settings.typeinfo());
        record.word("unstable_dw_ustack", settings.dwarfStack());
        record.word("missing_probes", settings.missingProbes());
        record.word("stack_mode", settings.stackMode());
        return Term.literal(
                new CheckedExpression.RecordOf(record.values, record.places, new Type.NamedTuple(record.fields), span));
    }

    private void add(String name, Term value) {
        places.add(values.size());
        values.add(value.node());
        fields.add(new Type.NamedTuple.Field(name, value.type()));
    }

    private void truth(String name, boolean value) {
        add(name, Literals.truth(value, span));
    }

    private void number(String name, long value) {
        add(name, Literals.number(value, false, span));
    }

    private void text(String name, String value) {
        add(name, Literals.text(value, span));
    }

    private void word(String name, Enum<?> value) {
        text(name, value.name().toLowerCase(Locale.ROOT));
    }
}
