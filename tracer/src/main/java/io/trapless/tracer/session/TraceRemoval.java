package io.trapless.tracer.session;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Takes away the folder of a trace that holds nothing but its metadata, if it is there still. */
final class TraceRemoval {
    private TraceRemoval() {}

    static void removeEmpty(Path trace) throws IOException {
        if (!Files.exists(trace)) {
            return;
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(trace)) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                if (!name.equals("metadata") && !name.startsWith(".")) {
                    return; // it has events
                }
            }
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(trace)) {
            for (Path file : files) {
                Files.delete(file);
            }
        }
        Files.delete(trace);
    }
}
