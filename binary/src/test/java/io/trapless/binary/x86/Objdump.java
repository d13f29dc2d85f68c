package io.trapless.binary.x86;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** objdump of binutils as the oracle for raw machine code. */
public final class Objdump {
    /**
     * One line of it: where, how many bytes, and the text, with single spaces.
     *
     * @param comment what stands behind the number sign: for a RIP-relative operand, the address that it names; empty if nothing does
     */
    public record Line(long address, int length, String text, String comment) {
        /** The text with the address that a RIP-relative operand names in place of the distance. */
        public String absoluteText() {
            return comment.isEmpty() ? text : text.replaceAll("\\[rip[^]]*]", "[" + comment + "]");
        }
    }

    private Objdump() {}

    /** Disassembles {@code code} in Intel syntax. */
    public static List<Line> disassemble(byte[] code, long address) throws IOException, InterruptedException {
        Path file = Files.createTempFile("trapless-objdump", ".bin");
        try {
            Files.write(file, code);
            Process process = start(file, address);
            String output = new String(process.getInputStream().readAllBytes());
            if (process.waitFor() != 0) {
                throw new IOException("objdump failed: " + output);
            }
            return parse(output);
        } finally {
            Files.delete(file);
        }
    }

    private static Process start(Path file, long address) {
        try {
            return new ProcessBuilder(
                            "objdump",
                            "-D",
                            "-z",
                            "-w",
                            "-M",
                            "intel",
                            "-b",
                            "binary",
                            "-m",
                            "i386:x86-64",
                            "--adjust-vma=0x" + Long.toHexString(address),
                            file.toString())
                    .redirectErrorStream(true)
                    .start();
        } catch (IOException e) {
            throw new AssertionError("this test needs objdump: install the package binutils", e);
        }
    }

    private static List<Line> parse(String output) {
        List<Line> lines = new ArrayList<>();
        for (String line : output.split("\n")) {
            String[] columns = line.split("\t");
            if (columns.length < 2 || !columns[0].endsWith(":")) {
                continue;
            }
            String[] text = columns.length < 3 ? new String[] {""} : columns[2].split("#", 2);
            lines.add(new Line(
                    Long.parseUnsignedLong(columns[0].strip().replace(":", ""), 16),
                    columns[1].strip().split(" +").length,
                    text[0].strip().replaceAll("\\s+", " "),
                    text.length == 1 ? "" : text[1].strip()));
        }
        return lines;
    }
}
