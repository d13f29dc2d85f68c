package io.trapless.tracer.session;

import io.trapless.tracer.attach.AttachException;
import io.trapless.tracer.attach.RemoteBatch;
import io.trapless.tracer.attach.RemoteMemory;
import io.trapless.tracer.linux.Descriptors;
import io.trapless.tracer.linux.LinuxException;
import java.nio.file.Path;

/** A file that is open in the tracer to be mapped into targets. */
final class OpenFile implements AutoCloseable {
    private final Path path;
    private final int flags;
    private final int descriptor;

    private OpenFile(Path path, int flags, int descriptor) {
        this.path = path;
        this.flags = flags;
        this.descriptor = descriptor;
    }

    /** @param flags of open(2) */
    static OpenFile open(Path path, int flags) throws LinuxException {
        int all = flags | Descriptors.O_CLOEXEC | Descriptors.O_NOFOLLOW;
        return new OpenFile(
                path, all, (int) LinuxException.check(Descriptors.open(path.toString(), all), "open " + path));
    }

    /** {@link RemoteMemory#run}, around this file. */
    RemoteBatch.Results run(RemoteMemory memory, RemoteBatch batch, long room) throws AttachException {
        return memory.run(batch, descriptor, path, flags, room);
    }

    int descriptor() {
        return descriptor;
    }

    @Override
    public void close() {
        Descriptors.close(descriptor);
    }
}
