package io.trapless.tracer.session;

import io.trapless.language.slice.Capture;
import io.trapless.language.slice.CaptureType;
import io.trapless.trace.event.EventType;
import io.trapless.trace.event.FieldKind;
import io.trapless.trace.event.FieldType;
import io.trapless.tracer.trampoline.SiteProbe;
import java.util.ArrayList;
import java.util.List;

/** The trace's view of what a probe captures. */
final class EventTypes {
    private EventTypes() {}

    static EventType of(SiteProbe probe, String name, int pid) {
        List<FieldType> fields = new ArrayList<>();
        for (Capture capture : probe.captures()) {
            fields.add(new FieldType(capture.name(), kind(capture.type())));
        }
        return new EventType(probe.eventId(), name, pid, fields, probe.faultable());
    }

    private static FieldKind kind(CaptureType type) {
        return switch (type) {
            case CaptureType.Int(int sizeBytes, boolean signed, CaptureType.Base base) ->
                new FieldKind.Int(sizeBytes, signed, base == CaptureType.Base.HEX ? 16 : 10);
            case CaptureType.Floating(int sizeBytes) -> new FieldKind.Real(sizeBytes);
            case CaptureType.Str _ -> new FieldKind.Text();
            case CaptureType.Buf _, CaptureType.StackImage _ -> new FieldKind.Bytes();
            case CaptureType.Frames _ -> new FieldKind.Addresses();
        };
    }
}
