package io.trapless.binary.dwarf;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Tells which units of compilation can have a name, or a reference to an entry, by looking for its bytes in them: what is asked for is in few of a file's thousands of units, and only those need to be walked. It may name too many,
 * and where bytes do not tell it names all. One thread at a time.
 */
final class UnitFilter {
    /** Words of bytes are compared, little-endian. */
    private static final int WORD = Integer.BYTES;

    /** The offset of a string in {@code .debug_str} or {@code .debug_line_str} (DWARF 5, section 7.5.6). A producer that does not use it numbers its strings, in as few bytes as it can. */
    private static final Set<Integer> OFFSETS = Set.of(Constants.FORM_STRP, Constants.FORM_LINE_STRP);

    private final DieReader reader;
    private @Nullable Set<Integer> stringForms;

    /** Of the unit that is looked at: one array for all, for there are thousands. */
    private byte[] copy = new byte[1 << 16];

    UnitFilter(DieReader reader) {
        this.reader = reader;
    }

    /** Units that may have an entry of that name. */
    List<DieReader.Unit> naming(String name) {
        byte[] text = (name + "\0").getBytes(StandardCharsets.UTF_8);
        byte[] strings = strings(true);
        if (text.length < WORD || strings.length == 0) {
            return reader.units();
        }
        Set<Integer> words = new HashSet<>();
        for (int end = 0; end < strings.length; end++) {
            int start = end - text.length + 1; // of a string's end, which others share
            if (strings[end] == 0 && start >= 0 && Arrays.equals(strings, start, end + 1, text, 0, text.length)) {
                words.add(start);
            }
        }
        words.add(
                ByteBuffer.wrap(text).order(ByteOrder.LITTLE_ENDIAN).getInt()); // of a name that an entry holds itself
        return withAny(words, Set.of());
    }

    /** Units that may have an entry whose name is mangled ({@code _Z...}, {@code _R...}) and has {@code part} in it. */
    List<DieReader.Unit> namingMangled(String part) {
        byte[] strings = strings(false);
        byte[] wanted = part.getBytes(StandardCharsets.UTF_8);
        if (strings.length == 0 || wanted.length == 0) {
            return reader.units();
        }
        Set<Integer> words = new HashSet<>();
        int start = 0;
        for (int end = 0; end < strings.length; end++) {
            if (strings[end] == 0) {
                addMangled(strings, start, end, wanted, words);
                start = end + 1;
            }
        }
        return withAny(words, Set.of());
    }

    /** Each place in a string at which a mangled name begins that goes to the string's end. */
    private static void addMangled(byte[] strings, int start, int end, byte[] part, Set<Integer> words) {
        int last = lastIndexOf(strings, start, end, part);
        for (int i = start; i < last; i++) {
            if (strings[i] == '_' && (strings[i + 1] == 'Z' || strings[i + 1] == 'R')) {
                words.add(i);
            }
        }
    }

    private static int lastIndexOf(byte[] strings, int start, int end, byte[] part) {
        for (int i = end - part.length; i >= start; i--) {
            if (strings[i] == part[0] && Arrays.equals(strings, i, i + part.length, part, 0, part.length)) {
                return i;
            }
        }
        return -1;
    }

    /** Units that may refer to one of some entries, and those that have them. */
    List<DieReader.Unit> referringTo(Collection<Die> entries) {
        if (entries.isEmpty()) {
            return List.of();
        }
        if (reader.hasAlternate()) {
            return reader.units();
        }
        Set<Long> own = entries.stream().map(Die::unit).collect(Collectors.toSet());
        // A reference within a unit may be as short as a byte; one to another unit is an offset in the section.
        Set<Integer> words =
                entries.stream().map(entry -> (int) reader.offset(entry)).collect(Collectors.toSet());
        return withAny(words, own);
    }

    private List<DieReader.Unit> withAny(Set<Integer> words, Set<Long> always) {
        Words wanted = new Words(words);
        List<DieReader.Unit> all = reader.units();
        List<DieReader.Unit> found = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            DieReader.Unit unit = all.get(i);
            boolean elsewhere = !unit.content().equals(unit.die());
            if (elsewhere || always.contains(unit.content().unit()) || (!words.isEmpty() && mayHave(all, i, wanted))) {
                found.add(unit);
            }
        }
        return found;
    }

    private boolean mayHave(List<DieReader.Unit> all, int index, Words wanted) {
        MemorySegment bytes = index + 1 < all.size() ? reader.bytes(all.get(index), all.get(index + 1)) : null;
        if (bytes == null) {
            return true;
        }
        int size = Math.toIntExact(bytes.byteSize());
        if (size > copy.length) {
            copy = new byte[Math.max(size, 2 * copy.length)];
        }
        MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, 0, copy, 0, size);
        return wanted.anyIn(copy, size);
    }

    /** All of {@code .debug_str}; empty if entries may refer to strings in other ways too. {@code inPlace}: unless they hold them themselves. */
    private byte[] strings(boolean inPlace) {
        Set<Integer> forms = stringForms;
        if (forms == null) {
            // A unit without a producer is a part that dwz took out of others: it has what they have.
            forms = reader.units().stream()
                    .map(unit -> reader.form(unit.die(), Constants.AT_PRODUCER))
                    .filter(form -> form != 0)
                    .collect(Collectors.toSet());
            stringForms = forms;
        }
        boolean known =
                forms.stream().allMatch(form -> OFFSETS.contains(form) || (inPlace && form == Constants.FORM_STRING));
        return known && !reader.hasAlternate() ? reader.strings() : new byte[0];
    }

    /** Words to look for at any address. */
    private static final class Words {
        private static final int BUCKETS = 1 << 12;

        private final Set<Integer> words;
        /** Whether there is one with the same lowest bits: few others need to be looked up. */
        private final boolean[] buckets = new boolean[BUCKETS];

        Words(Set<Integer> words) {
            this.words = words;
            words.forEach(word -> buckets[word & BUCKETS - 1] = true);
        }

        boolean anyIn(byte[] bytes, int size) {
            int word = 0;
            for (int i = 0; i < size; i++) {
                word = word >>> 8 | bytes[i] << 24;
                if (buckets[word & BUCKETS - 1] && i >= WORD - 1 && words.contains(word)) {
                    return true;
                }
            }
            return false;
        }
    }
}
