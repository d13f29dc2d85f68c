package io.trapless.tracer.session;

import java.io.IOException;
import java.nio.file.FileSystemException;

/** What the user is told of a failed file operation. */
final class Sentences {
    private Sentences() {}

    static String of(IOException e) {
        String message = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        if (e instanceof FileSystemException file && file.getReason() == null) {
            return file.getFile() + ": " + e.getClass().getSimpleName().replace("Exception", "")
                    + "; check the path and its permissions";
        }
        return message.replace('\n', ' ');
    }
}
