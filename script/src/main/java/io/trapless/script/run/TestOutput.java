package io.trapless.script.run;

import io.trapless.script.output.HelperFailure;
import io.trapless.script.output.Place;
import io.trapless.script.output.TextOutput;
import io.trapless.script.output.TextSink;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Keeps what one test or benchmark prints, and counts its errors. */
final class TestOutput extends TextOutput {
    private final ByteArrayOutputStream bytes;
    private final TextSink sink;
    private int errors;

    private TestOutput(ByteArrayOutputStream bytes, TextSink sink) {
        super(sink, sink, true);
        this.bytes = bytes;
        this.sink = sink;
    }

    static TestOutput create() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        return new TestOutput(bytes, new TextSink(bytes, TextSink.Mode.FULL));
    }

    @Override
    public void message(Severity severity, String text, Place place) {
        if (severity == Severity.ERROR) {
            errors++;
        }
        super.message(severity, text, place);
    }

    @Override
    public void runtimeWarning(String text, @Nullable HelperFailure failure, Place place) {
        errors++;
        super.runtimeWarning(text, failure, place);
    }

    int errors() {
        return errors;
    }

    /** All that was printed, a byte string. */
    String text() {
        sink.flush();
        return bytes.toString(StandardCharsets.ISO_8859_1);
    }
}
