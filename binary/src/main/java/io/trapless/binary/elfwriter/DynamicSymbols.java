package io.trapless.binary.elfwriter;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** The dynamic symbol table of an object that defines nothing, and its hash table (gABI, "Symbol Table" and "Hash Table") with a single bucket. */
final class DynamicSymbols {
    private static final int STB_WEAK = 2;
    private static final int STT_NOTYPE = 0;

    private final byte[] table;
    private final byte[] hash;

    /**
     * @param names receives the symbols' names
     */
    DynamicSymbols(List<String> imports, Strings names) {
        int count = imports.size() + 1; // the first is the null symbol
        table = new byte[count * ElfRecords.SYMBOL_SIZE];
        ByteBuffer symbols = ByteBuffer.wrap(table).order(ByteOrder.LITTLE_ENDIAN);
        symbols.position(ElfRecords.SYMBOL_SIZE);
        for (String name : imports) {
            names.add(name);
            symbols.putInt(names.offset(name));
            symbols.put((byte) (STB_WEAK << 4 | STT_NOTYPE)).put((byte) 0);
            symbols.putShort((short) 0).putLong(0).putLong(0);
        }
        hash = new byte[4 * (2 + 1 + count)];
        ByteBuffer words = ByteBuffer.wrap(hash).order(ByteOrder.LITTLE_ENDIAN);
        words.putInt(1).putInt(count).putInt(imports.isEmpty() ? 0 : 1);
        words.putInt(0);
        for (int i = 1; i < count; i++) {
            words.putInt(i + 1 < count ? i + 1 : 0);
        }
    }

    byte[] table() {
        return table;
    }

    byte[] hash() {
        return hash;
    }
}
