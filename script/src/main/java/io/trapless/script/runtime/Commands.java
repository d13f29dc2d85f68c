package io.trapless.script.runtime;

import io.trapless.script.output.ByteText;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Commands and files that a program asks for. */
final class Commands {
    private final long maxFileBytes;

    Commands(long maxFileBytes) {
        this.maxFileBytes = maxFileBytes;
    }

    /** What a shell command writes. */
    String shell(String command) {
        try {
            Process process = new ProcessBuilder("sh", "-c", ByteText.toUnicode(command))
                    .redirectInput(
                            ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            try (InputStream out = process.getInputStream()) {
                String text = new String(out.readAllBytes(), StandardCharsets.ISO_8859_1);
                process.waitFor();
                return text;
            }
        } catch (IOException e) {
            return ByteText.ofUnicode("sh can't be run: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "";
        }
    }

    /** The beginning of a file, or null if it can't be read. */
    @Nullable String file(String name) {
        try (InputStream in = Files.newInputStream(Path.of(ByteText.toUnicode(name)))) {
            byte[] bytes = in.readNBytes((int) Math.min(maxFileBytes, Integer.MAX_VALUE - 8));
            return new String(bytes, StandardCharsets.ISO_8859_1);
        } catch (IOException | InvalidPathException e) {
            return null;
        }
    }

    /** Why {@link #file} gives nothing, as strerror(3) says it. */
    String whyUnreadable(String name) {
        try {
            Path path = Path.of(ByteText.toUnicode(name));
            if (Files.notExists(path)) {
                return "No such file or directory";
            }
            return Files.isDirectory(path) ? "Is a directory" : "Permission denied";
        } catch (InvalidPathException e) {
            return "No such file or directory";
        }
    }
}
