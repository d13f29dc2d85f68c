package io.trapless.tracer.session.control;

import io.trapless.tracer.linux.Descriptors;
import io.trapless.tracer.linux.LinuxException;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Where the socket of a session lies: {@code control} in its directory. A socket's address holds only 107 bytes of path (unix(7)); a longer one is reached through an open descriptor of the
 * directory.
 */
final class ControlSocket implements AutoCloseable {
    static final String NAME = "control";
    private static final int MAX_PATH_BYTES = 107;

    private final UnixDomainSocketAddress address;
    private final int directory;

    private ControlSocket(UnixDomainSocketAddress address, int directory) {
        this.address = address;
        this.directory = directory;
    }

    /** Close it when the socket is bound or connected. */
    static ControlSocket in(Path sessionDirectory) throws IOException {
        return in(sessionDirectory, NAME);
    }

    /** As {@link #in(Path)}, under another name. */
    static ControlSocket in(Path sessionDirectory, String name) throws IOException {
        Path path = sessionDirectory.resolve(name);
        if (path.toString().getBytes(StandardCharsets.UTF_8).length <= MAX_PATH_BYTES) {
            return new ControlSocket(UnixDomainSocketAddress.of(path), -1);
        }
        try {
            int fd = (int) LinuxException.check(
                    Descriptors.open(sessionDirectory.toString(), Descriptors.O_DIRECTORY), "open " + sessionDirectory);
            return new ControlSocket(UnixDomainSocketAddress.of("/proc/self/fd/" + fd + "/" + name), fd);
        } catch (LinuxException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    UnixDomainSocketAddress address() {
        return address;
    }

    @Override
    public void close() {
        if (directory >= 0) {
            Descriptors.close(directory);
        }
    }
}
