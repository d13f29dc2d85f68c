package io.trapless.script.compile;

import io.trapless.language.checked.EventValue;
import io.trapless.language.types.Type;
import io.trapless.script.map.ProgramMap;
import io.trapless.script.output.Datum;
import io.trapless.script.output.Place;
import io.trapless.script.runtime.Arithmetic;
import io.trapless.script.runtime.Conversions;
import io.trapless.script.runtime.FormatSite;
import io.trapless.script.runtime.InternetAddress;
import io.trapless.script.runtime.MemoryImage;
import io.trapless.script.runtime.Moment;
import io.trapless.script.runtime.ScriptRuntime;
import io.trapless.script.runtime.Texts;
import io.trapless.script.runtime.TimeValue;
import io.trapless.script.value.Blob;
import io.trapless.script.value.Tuple;
import java.lang.constant.ClassDesc;

/** Names of classes that generated code refers to. */
final class Names {
    static final ClassDesc RUNTIME = of(ScriptRuntime.class);
    static final ClassDesc MOMENT = of(Moment.class);
    static final ClassDesc MAP = of(ProgramMap.class);
    static final ClassDesc BLOB = of(Blob.class);
    static final ClassDesc TUPLE = of(Tuple.class);
    static final ClassDesc PLACE = of(Place.class);
    static final ClassDesc TYPE = of(Type.class);
    static final ClassDesc EVENT_VALUE = of(EventValue.class);
    static final ClassDesc FORMAT_SITE = of(FormatSite.class);
    static final ClassDesc DATUM = of(Datum.class);
    static final ClassDesc TIME_VALUE = of(TimeValue.class);
    static final ClassDesc HANDLERS = of(Handlers.class);
    static final ClassDesc ARITHMETIC = of(Arithmetic.class);
    static final ClassDesc TEXTS = of(Texts.class);
    static final ClassDesc CONVERSIONS = of(Conversions.class);
    static final ClassDesc MEMORY_IMAGE = of(MemoryImage.class);
    static final ClassDesc INTERNET_ADDRESS = of(InternetAddress.class);

    private Names() {}

    private static ClassDesc of(Class<?> type) {
        return ClassDesc.of(type.getName());
    }
}
