package io.trapless.tracer.attach;

import io.trapless.tracer.linux.Descriptors;
import io.trapless.tracer.linux.LinuxException;
import java.nio.file.Path;

/**
 * A file that is open in the tracer, to be mapped into targets.
 *
 * @param path by which it was opened
 * @param flags with which it was, of open(2): what its mappings need
 */
public record OpenFile(Path path, int flags, int descriptor) implements AutoCloseable {
    /** Opens it, if it is no symbolic link. */
    public static OpenFile open(Path path, int flags) throws LinuxException {
        int all = flags | Descriptors.O_CLOEXEC | Descriptors.O_NOFOLLOW;
        long opened = LinuxException.check(Descriptors.open(path.toString(), all), "open " + path);
        return new OpenFile(path, all, (int) opened);
    }

    @Override
    public void close() {
        Descriptors.close(descriptor);
    }
}
