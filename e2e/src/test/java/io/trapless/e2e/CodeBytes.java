package io.trapless.e2e;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** What stands in a process's memory where it has the code of a file mapped. */
record CodeBytes(byte[] bytes) {

    /** Reads the executable mappings of a file. */
    static CodeBytes read(long pid, Path file) throws IOException {
        byte[] all = {};
        String name = file.toRealPath().toString();
        for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/maps"))) {
            if (line.endsWith(" " + name) && line.contains(" r-xp ")) {
                String[] range = line.substring(0, line.indexOf(' ')).split("-");
                long start = Long.parseUnsignedLong(range[0], 16);
                byte[] part = new byte[(int) (Long.parseUnsignedLong(range[1], 16) - start)];
                try (RandomAccessFile memory = new RandomAccessFile("/proc/" + pid + "/mem", "r")) {
                    memory.seek(start);
                    memory.readFully(part);
                }
                int length = all.length;
                all = Arrays.copyOf(all, length + part.length);
                System.arraycopy(part, 0, all, length, part.length);
            }
        }
        return new CodeBytes(all);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CodeBytes code && Arrays.equals(bytes, code.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return bytes.length + " bytes, hash " + hashCode();
    }
}
