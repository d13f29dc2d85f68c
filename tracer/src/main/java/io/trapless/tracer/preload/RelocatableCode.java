package io.trapless.tracer.preload;

import io.trapless.tracer.attach.TextChange;
import io.trapless.tracer.preload.LinkPlace.Kind;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Code for any place: a template, and the fields in it to which the process has to add something.
 *
 * <p>The fields are found by compiling twice, for {@link LinkPlace#FIRST} and {@link LinkPlace#SECOND}, and looking at what differs. So nothing needs to be known of how the code was made, and what
 * differs in any other way than a field of a {@link Kind} would is refused. Compiling for a third place must give what filling in the template gives.
 */
public final class RelocatableCode {
    private final byte[] template;
    private final Map<Kind, List<Integer>> fields;
    private final List<Change> changes;

    /**
     * A change of the module's text.
     *
     * @param address of its first byte, the file's own
     * @param original what must stand there
     * @param replacement what will, but for one field
     * @param distanceAt offset of the 4 bytes from which the distance from the code to the module is to be subtracted; -1: none
     */
    record Change(long address, byte[] original, byte[] replacement, int distanceAt) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Change that && address == that.address && distanceAt == that.distanceAt;
        }

        @Override
        public int hashCode() {
            return Long.hashCode(address);
        }
    }

    private RelocatableCode(byte[] template, Map<Kind, List<Integer>> fields, List<Change> changes) {
        this.template = template;
        this.fields = fields;
        this.changes = List.copyOf(changes);
    }

    /** Makes it. */
    static RelocatableCode of(CodeSource source, boolean rseq, int codeSize) throws NotRelocatableException {
        CodeSource.Linked first = source.link(LinkPlace.FIRST, rseq, codeSize);
        CodeSource.Linked second = source.link(LinkPlace.SECOND, rseq, codeSize);
        if (first.code().length != second.code().length
                || first.changes().size() != second.changes().size()) {
            throw new NotRelocatableException("its code's length depends on where it lies");
        }
        byte[] template = first.code().clone();
        Map<Kind, List<Integer>> fields = fields(template, second.code());
        List<Change> changes = new ArrayList<>();
        for (int i = 0; i < first.changes().size(); i++) {
            changes.add(change(first.changes().get(i), second.changes().get(i)));
        }
        RelocatableCode code = new RelocatableCode(template, fields, changes);
        code.check(source.link(LinkPlace.THIRD, rseq, codeSize));
        return code;
    }

    /** The code, each field without the part that depends on the place. */
    byte[] template() {
        return template;
    }

    /** Offsets of the fields of one kind. */
    List<Integer> fields(Kind kind) {
        return fields.getOrDefault(kind, List.of());
    }

    List<Change> changes() {
        return changes;
    }

    /** Whether every field still fits if the module lies {@code distance} bytes from the code. */
    boolean reaches(long distance) {
        long linked = LinkPlace.FIRST.value(Kind.DISTANCE);
        for (int at : fields(Kind.DISTANCE)) {
            if (!fits(words(template).getInt(at) + (int) linked, distance - linked)) {
                return false;
            }
        }
        for (Change change : changes) {
            int at = change.distanceAt;
            if (at >= 0 && !fits(words(change.replacement).getInt(at) - (int) linked, linked - distance)) {
                return false;
            }
        }
        return true;
    }

    private static boolean fits(int linkedValue, long more) {
        return linkedValue + more == (int) (linkedValue + more);
    }

    /** What the initializer makes of the template. */
    byte[] at(LinkPlace place) {
        byte[] code = template.clone();
        fields.forEach((kind, offsets) -> offsets.forEach(at -> add(code, at, kind.sizeBytes(), place.value(kind))));
        return code;
    }

    private void check(CodeSource.Linked linked) throws NotRelocatableException {
        if (!Arrays.equals(linked.code(), at(LinkPlace.THIRD))) {
            throw new NotRelocatableException("its code depends on where it lies in an unknown way");
        }
        for (int i = 0; i < changes.size(); i++) {
            Change change = changes.get(i);
            TextChange wanted = linked.changes().get(i);
            byte[] replacement = change.replacement.clone();
            if (change.distanceAt >= 0) {
                add(replacement, change.distanceAt, 4, -LinkPlace.THIRD.value(Kind.DISTANCE));
            }
            if (wanted.address() != change.address + LinkPlace.THIRD.bias()
                    || !Arrays.equals(wanted.expected(), change.original)
                    || !Arrays.equals(wanted.replacement(), replacement)) {
                throw new NotRelocatableException("its jump depends on where it lies in an unknown way");
            }
        }
    }

    /** Finds the fields and takes from each, in {@code first}, what depends on the place. */
    private static Map<Kind, List<Integer>> fields(byte[] first, byte[] second) throws NotRelocatableException {
        Map<Kind, List<Integer>> fields = new EnumMap<>(Kind.class);
        int free = 0;
        for (int at = 0; at < first.length; ) {
            if (first[at] == second[at]) {
                at++;
                continue;
            }
            Kind kind = kindAt(first, second, at, free);
            int start = at - unchangedBytes(kind);
            add(first, start, kind.sizeBytes(), -LinkPlace.FIRST.value(kind));
            fields.computeIfAbsent(kind, _ -> new ArrayList<>()).add(start);
            free = start + kind.sizeBytes();
            at = free;
        }
        return fields;
    }

    /** The kind of the field whose first changed byte is at {@code at}; it does not begin before {@code free}. */
    private static Kind kindAt(byte[] first, byte[] second, int at, int free) throws NotRelocatableException {
        for (Kind kind : Kind.values()) {
            int start = at - unchangedBytes(kind);
            if (start >= free
                    && start + kind.sizeBytes() <= first.length
                    && differs(first, second, start, kind.sizeBytes(), LinkPlace.difference(kind))) {
                return kind;
            }
        }
        throw new NotRelocatableException("its code depends on where it lies in an unknown way");
    }

    /** How many low bytes of a field are the same in both places. */
    private static int unchangedBytes(Kind kind) {
        return Long.numberOfTrailingZeros(LinkPlace.difference(kind)) / Byte.SIZE;
    }

    private static Change change(TextChange first, TextChange second) throws NotRelocatableException {
        byte[] replacement = first.replacement().clone();
        int distanceAt = -1;
        for (int at = 0; at < replacement.length && distanceAt < 0; at++) {
            if (replacement[at] != second.replacement()[at]) {
                long distance = LinkPlace.difference(Kind.DISTANCE);
                if (at + 4 > replacement.length || !differs(replacement, second.replacement(), at, 4, -distance)) {
                    throw new NotRelocatableException("its jump depends on where it lies in an unknown way");
                }
                distanceAt = at;
                add(replacement, at, 4, LinkPlace.FIRST.value(Kind.DISTANCE));
            }
        }
        return new Change(first.address() - LinkPlace.FIRST.bias(), first.expected(), replacement, distanceAt);
    }

    private static boolean differs(byte[] first, byte[] second, int at, int sizeBytes, long difference) {
        return sizeBytes == 8
                ? words(second).getLong(at) - words(first).getLong(at) == difference
                : words(second).getInt(at) - words(first).getInt(at) == (int) difference;
    }

    private static void add(byte[] bytes, int at, int sizeBytes, long value) {
        ByteBuffer words = words(bytes);
        if (sizeBytes == 8) {
            words.putLong(at, words.getLong(at) + value);
        } else {
            words.putInt(at, words.getInt(at) + (int) value);
        }
    }

    private static ByteBuffer words(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
