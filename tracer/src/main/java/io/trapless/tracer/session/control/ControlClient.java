package io.trapless.tracer.session.control;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Asks a recording for something, once. Any thread. */
public final class ControlClient {
    private ControlClient() {}

    /**
     * Sends a request and waits for the reply.
     *
     * @param sessionDirectory of the session
     * @param patience how long to wait for the reply
     * @throws IOException nobody listens, nobody answers, or the answer is none; the message is one sentence for the user
     */
    public static ControlReply ask(Path sessionDirectory, ControlRequest request, Duration patience)
            throws IOException {
        String session = String.valueOf(sessionDirectory.getFileName());
        byte[] line = ControlLine.encode(request.fields());
        if (line.length > ControlLine.MAX_BYTES) {
            throw new IOException("the request is longer than 64 KiB; shorten it");
        }
        try (ControlSocket socket = ControlSocket.in(sessionDirectory);
                SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            connect(channel, socket, session);
            byte[] answer = new byte[ControlLine.MAX_BYTES];
            int length = exchange(channel, line, answer, patience);
            if (length < 0) {
                throw new IOException("the recording " + session + " has not answered for " + patience.toSeconds()
                        + " s; see 'trapless sessions'");
            }
            ControlReply reply = reply(answer, length);
            if (reply == null) {
                throw new IOException("the recording " + session
                        + " ended before it answered, or does not know the request; see 'trapless sessions'");
            }
            return reply;
        }
    }

    private static void connect(SocketChannel channel, ControlSocket socket, String session) throws IOException {
        try {
            channel.connect(socket.address());
        } catch (IOException e) {
            throw new IOException(
                    "nobody listens to requests for session " + session
                            + ": its recorder has just begun, is about to end, or has died; see 'trapless sessions'",
                    e);
        }
    }

    /** The answer's length, -1 after the time; 0, which is no answer, if the peer hung up. */
    private static int exchange(SocketChannel channel, byte[] line, byte[] answer, Duration patience) {
        try {
            channel.write(ByteBuffer.wrap(line));
            return receive(channel, answer, patience);
        } catch (IOException e) {
            return 0;
        }
    }

    /** Fills {@code answer} until the peer closes; the length, or -1 after the time. */
    private static int receive(SocketChannel channel, byte[] answer, Duration patience) throws IOException {
        long deadline = System.nanoTime() + patience.toNanos();
        try (Selector selector = Selector.open()) {
            channel.configureBlocking(false);
            channel.register(selector, SelectionKey.OP_READ);
            int length = 0;
            while (length < answer.length) {
                long leftMillis = (deadline - System.nanoTime()) / 1_000_000;
                if (leftMillis <= 0) {
                    return -1;
                }
                selector.select(leftMillis);
                selector.selectedKeys().clear();
                int got = channel.read(ByteBuffer.wrap(answer, length, answer.length - length));
                if (got < 0) {
                    return length;
                }
                length += got;
            }
            return length;
        }
    }

    private static @Nullable ControlReply reply(byte[] answer, int length) {
        return length > 0 && answer[length - 1] == '\n'
                ? ControlReply.of(ControlLine.decode(answer, length - 1))
                : null;
    }
}
