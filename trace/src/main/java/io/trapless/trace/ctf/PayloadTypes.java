package io.trapless.trace.ctf;

import io.trapless.trace.event.EventType;
import io.trapless.trace.event.FieldKind;
import io.trapless.trace.event.FieldType;
import java.util.ArrayList;
import java.util.List;

/**
 * An event's structure in terms of the event model. Structures and arrays are laid flat ({@code a.b}, {@code a[0]}); an enumeration is its integer.
 */
final class PayloadTypes {
    /** So that nested arrays can't multiply without end. */
    private static final int MAX_FIELDS = 4096;

    private final String eventName;
    private final List<FieldType> fields = new ArrayList<>();

    private PayloadTypes(String eventName) {
        this.eventName = eventName;
    }

    static PayloadTypes of(String eventName, CtfType.Struct struct) throws TraceException {
        PayloadTypes payload = new PayloadTypes(eventName);
        payload.addStruct("", struct);
        return payload;
    }

    /** Does it begin with the fault words? */
    boolean faultable() {
        return fields.size() >= 2
                && fields.size() <= EventType.MAX_FAULTABLE_FIELDS + 2
                && isWord(fields.get(0), "_fault")
                && isWord(fields.get(1), "_cut");
    }

    /** The captured values, without the fault words. */
    List<FieldType> fields() {
        return faultable() ? fields.subList(2, fields.size()) : fields;
    }

    private void addStruct(String prefix, CtfType.Struct struct) throws TraceException {
        if (struct.alignBits() > Byte.SIZE) {
            throw TraceException.unsupported("an alignment of " + struct.alignBits() + " bits");
        }
        List<CtfType.Member> members = struct.members();
        for (int i = 0; i < members.size(); i++) {
            CtfType.Member member = members.get(i);
            if (i + 1 < members.size()
                    && members.get(i + 1).type() instanceof CtfType.Sequence sequence
                    && sequence.lengthField().equals(member.name())) {
                addBytes(prefix, member, members.get(i + 1).name(), sequence);
                i++;
            } else {
                add(prefix + shown(member.name()), member.type());
            }
        }
    }

    private void add(String name, CtfType type) throws TraceException {
        if (fields.size() >= MAX_FIELDS) {
            throw TraceException.unsupported("more than " + MAX_FIELDS + " fields in '" + eventName + "'");
        }
        if (type.alignBits() > Byte.SIZE) {
            throw TraceException.unsupported("an alignment of " + type.alignBits() + " bits");
        }
        switch (type) {
            case CtfType.Int integer -> fields.add(new FieldType(name, integerKind(integer)));
            case CtfType.Enumeration(CtfType.Int integer) -> fields.add(new FieldType(name, integerKind(integer)));
            case CtfType.Real real -> fields.add(FieldType.real(name, real.sizeBits() / Byte.SIZE));
            case CtfType.Text _ -> fields.add(FieldType.text(name));
            case CtfType.Struct struct -> addStruct(name + ".", struct);
            case CtfType.Array(CtfType element, int length) -> {
                for (int i = 0; i < length; i++) {
                    add(name + "[" + i + "]", element);
                }
            }
            case CtfType.Sequence _ ->
                throw TraceException.unsupported(
                        "a sequence '" + name + "' whose length does not stand right before it");
        }
    }

    private void addBytes(String prefix, CtfType.Member length, String name, CtfType.Sequence sequence)
            throws TraceException {
        boolean lengthFits =
                length.type() instanceof CtfType.Int integer && integer.sizeBits() == Short.SIZE && !integer.signed();
        int size = sequence.element() instanceof CtfType.Int element ? element.sizeBits() : 0;
        boolean known = size == Byte.SIZE || size == Long.SIZE;
        if (!lengthFits || !known || length.type().alignBits() > Byte.SIZE) {
            throw TraceException.unsupported(
                    "a sequence '" + shown(name) + "' that is neither a buffer of bytes nor of addresses");
        }
        String field = prefix + shown(name);
        fields.add(size == Byte.SIZE ? FieldType.bytes(field) : FieldType.addresses(field));
    }

    private static FieldKind integerKind(CtfType.Int integer) throws TraceException {
        int size = integer.sizeBytes();
        if (Integer.bitCount(size) != 1) {
            throw TraceException.unsupported("an integer of " + integer.sizeBits() + " bits");
        }
        return new FieldKind.Int(size, integer.signed(), integer.base());
    }

    private static boolean isWord(FieldType field, String name) {
        return field.name().equals(name)
                && field.kind() instanceof FieldKind.Int integer
                && integer.sizeBytes() == Short.BYTES;
    }

    private static String shown(String name) {
        return name.length() > 1 && name.startsWith("_") ? name.substring(1) : name;
    }
}
