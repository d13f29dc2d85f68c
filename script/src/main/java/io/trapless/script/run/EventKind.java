package io.trapless.script.run;

import io.trapless.language.checked.CheckedAction;
import io.trapless.language.checked.Cut;
import io.trapless.script.output.ByteText;
import io.trapless.trace.event.EventType;
import io.trapless.trace.event.FieldKind;
import io.trapless.trace.event.FieldType;
import java.util.Arrays;
import java.util.List;

/**
 * One event id and what it means for a program.
 *
 * @param type of the records
 * @param action which action of the program it is for
 * @param places for each field that the action's handler knows, its place in the record; -1: it is not there
 * @param offsets for each place its offset behind the fault words, or -1 if that depends on the record
 * @param probe the full name as the program writes its file, a byte string
 * @param function the function in it
 * @param moduleId tells files apart
 */
record EventKind(
        EventType type, int action, int[] places, int[] offsets, String probe, String function, long moduleId) {

    /** An id for an action at sites. Its records may lack fields of the action's, as those of tail jumps lack a return value, and have others. */
    static EventKind of(EventType type, CheckedAction action) {
        List<FieldType> fields = type.fields();
        Cut cut = action.cut();
        int[] places = new int[cut == null ? 0 : cut.fieldTypes().size()];
        Arrays.fill(places, -1);
        for (int i = 0; i < places.length; i++) {
            for (int k = 0; k < fields.size(); k++) {
                if (fields.get(k).name().equals(Cut.fieldName(i))) {
                    places[i] = k;
                }
            }
        }
        int[] offsets = new int[fields.size()];
        int offset = 0;
        for (int i = 0; i < offsets.length; i++) {
            offsets[i] = offset;
            int size = fields.get(i).kind().fixedSizeBytes();
            offset = offset < 0 || size == FieldKind.VARIABLE ? -1 : offset + size;
        }
        return new EventKind(
                type,
                action.index(),
                places,
                offsets,
                ByteText.ofUnicode(ProbeMatch.shown(action, type.name())),
                ByteText.ofUnicode(functionOf(type.name())),
                moduleOf(type.name()).hashCode() & 0xffffffffL);
    }

    /** What stands behind the last colon, without an offset: the function, or the name of a USDT probe. A name that holds colons itself is in quotes. */
    private static String functionOf(String name) {
        int open = name.indexOf(":\"");
        int close = name.lastIndexOf('"');
        if (open >= 0 && close > open + 1) {
            return name.substring(open + 2, close);
        }
        String last = name.substring(name.lastIndexOf(':') + 1);
        int plus = last.lastIndexOf('+');
        return plus > 0 ? last.substring(0, plus) : last;
    }

    private static String moduleOf(String name) {
        int first = name.indexOf(':');
        int second = name.indexOf(':', first + 1);
        return first < 0 || second < 0 ? name : name.substring(first + 1, second);
    }

    FieldKind kind(int place) {
        return type.fields().get(place).kind();
    }
}
