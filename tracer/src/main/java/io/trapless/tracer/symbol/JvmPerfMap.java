package io.trapless.tracer.symbol;

import io.trapless.tracer.attach.ProcessFacts;
import io.trapless.tracer.linux.LinuxException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Asks a JVM to write its perf map, as {@code jcmd PID Compiler.perfmap} does: through the socket {@code /tmp/.java_pidPID} of its attach listener, which the JVM opens when it finds a file {@code .attach_pidPID} and gets a SIGQUIT.
 * Source of facts: HotSpot's attachListener_posix.cpp and AttachListener: requests are a version and four strings, each with a NUL; the answer is a status in decimal, a line end, and text.
 *
 * <p>SIGQUIT ends a JVM that does not handle it (-Xrs), so it is sent only where /proc says that it is caught.
 */
final class JvmPerfMap {
    private static final int SIGQUIT = 3;
    private static final int ATTEMPTS = 20;
    private static final long PAUSE_MILLIS = 50;
    private static final int MAX_ANSWER = 4096;

    private final int pid;
    private final int ownPid;
    private final Path folder;
    private final IntConsumer quit;

    /** @param quit sends SIGQUIT to a process; throws if that is not allowed */
    private JvmPerfMap(int pid, IntConsumer quit) {
        this.pid = pid;
        this.ownPid = ProcessFacts.ownPid(pid);
        this.folder = Path.of("/proc/" + pid + "/root/tmp");
        this.quit = quit;
    }

    /**
     * Asks; waits for the answer, a second at the most for the socket.
     *
     * @param quit sends SIGQUIT to a process; an {@link IllegalStateException} if that is not allowed
     * @return null if the map was written; otherwise why it was not, for a sentence
     */
    static @Nullable String write(int pid, IntConsumer quit) {
        try {
            return new JvmPerfMap(pid, quit).write();
        } catch (IOException | IllegalStateException | LinuxException e) {
            return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "it was interrupted";
        }
    }

    private @Nullable String write() throws IOException, InterruptedException {
        Path socket = folder.resolve(".java_pid" + ownPid);
        if (!Files.exists(socket)) {
            String obstacle = open(socket);
            if (obstacle != null) {
                return obstacle;
            }
        }
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            ByteBuffer request = ByteBuffer.wrap("1\0jcmd\0Compiler.perfmap\0\0\0".getBytes(StandardCharsets.US_ASCII));
            while (request.hasRemaining()) {
                channel.write(request);
            }
            ByteBuffer answer = ByteBuffer.allocate(MAX_ANSWER);
            while (answer.hasRemaining() && channel.read(answer) >= 0) {
                // all of it is wanted
            }
            String text = new String(answer.array(), 0, answer.position(), StandardCharsets.UTF_8);
            return text.startsWith("0\n")
                    ? null
                    : "the JVM says: " + text.strip().replaceAll("\\s+", " ");
        }
    }

    /** Makes the JVM open its socket. */
    private @Nullable String open(Path socket) throws IOException, InterruptedException {
        if (!ProcessFacts.catches(pid, SIGQUIT)) {
            return "the JVM does not handle SIGQUIT (-Xrs)";
        }
        Path mark = folder.resolve(".attach_pid" + ownPid);
        boolean made = false;
        try {
            try {
                Files.createFile(
                        mark, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
                made = true;
            } catch (FileAlreadyExistsException e) {
                made = false; // somebody else attaches
            }
            quit.accept(pid);
            for (int i = 0; i < ATTEMPTS; i++) {
                Thread.sleep(PAUSE_MILLIS);
                if (Files.exists(socket)) {
                    return null;
                }
            }
            return "the JVM opens no attach socket (-XX:+DisableAttachMechanism?)";
        } finally {
            if (made) {
                Files.deleteIfExists(mark);
            }
        }
    }
}
