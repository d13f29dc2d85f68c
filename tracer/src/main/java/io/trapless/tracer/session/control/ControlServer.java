package io.trapless.tracer.session.control;

import io.trapless.tracer.linux.Threads;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.List;
import java.util.concurrent.TimeUnit;
import jdk.net.ExtendedSocketOptions;
import org.jspecify.annotations.Nullable;

/**
 * Listens for requests to one recording. The socket lies in a directory that only its owner can enter, has mode 0600, and peers of other users than the owner and root are turned away all the same.
 *
 * <p>One thread serves all connections: a peer that says nothing, or garbage, or too much, costs a few kilobytes and is let go; nobody waits for it. Requests are done one after another.
 */
public final class ControlServer implements AutoCloseable {
    private static final int MAX_CONNECTIONS = 64;
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long TICK_MILLIS = 500;

    /** Its name until it listens and nobody else can write to it. */
    private static final String UNPUBLISHED = "control.new";

    private final ControlHandler handler;
    private final UserPrincipal owner;
    private final ServerSocketChannel listener;
    private final Selector selector;
    private final Thread thread;
    private volatile boolean closed;

    /** What has been heard and is to be said on one connection. */
    private static final class Connection {
        final byte[] line = new byte[ControlLine.MAX_BYTES];
        final long deadlineNanos = System.nanoTime() + PATIENCE_NANOS;
        int length;

        @Nullable ByteBuffer reply;
    }

    private ControlServer(Path sessionDirectory, ControlHandler handler) throws IOException {
        this.handler = handler;
        this.owner = Files.getOwner(sessionDirectory);
        this.selector = Selector.open();
        this.listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        this.thread = Thread.ofPlatform().name("trapless-control").daemon().unstarted(this::run);
    }

    /**
     * Begins to listen.
     *
     * @param sessionDirectory of the session, which only its owner can enter
     * @throws IOException the socket can't be made; the recording can go on without
     */
    public static ControlServer start(Path sessionDirectory, ControlHandler handler) throws IOException {
        ControlServer server = new ControlServer(sessionDirectory, handler);
        Path unpublished = sessionDirectory.resolve(UNPUBLISHED);
        try (ControlSocket socket = ControlSocket.in(sessionDirectory, UNPUBLISHED)) {
            server.listener.bind(socket.address(), MAX_CONNECTIONS);
            Files.setPosixFilePermissions(unpublished, PosixFilePermissions.fromString("rw-------"));
            Files.move(unpublished, sessionDirectory.resolve(ControlSocket.NAME), StandardCopyOption.ATOMIC_MOVE);
            server.listener.configureBlocking(false);
            server.listener.register(server.selector, SelectionKey.OP_ACCEPT);
            server.thread.start();
            return server;
        } catch (IOException e) {
            server.listener.close();
            server.selector.close();
            throw e;
        }
    }

    private void run() {
        try (selector;
                listener) {
            while (!closed) {
                selector.select(TICK_MILLIS);
                for (SelectionKey key : selector.selectedKeys()) {
                    serve(key);
                }
                selector.selectedKeys().clear();
                dropSilent();
            }
            for (SelectionKey key : selector.keys()) {
                key.channel().close();
            }
        } catch (IOException e) {
            // Without its selector there is nothing to listen with: clients are told that nobody answers.
            return;
        }
    }

    private void serve(SelectionKey key) throws IOException {
        if (!key.isValid() || closed) {
            return;
        }
        if (key.isAcceptable()) {
            accept();
            return;
        }
        try {
            Connection connection = (Connection) key.attachment();
            if (key.isReadable()) {
                read(key, connection);
            } else if (key.isWritable()) {
                write(key, connection);
            }
        } catch (IOException e) {
            key.channel().close(); // the peer has gone
        }
    }

    private void accept() throws IOException {
        SocketChannel peer = listener.accept();
        if (peer == null) {
            return;
        }
        try {
            if (selector.keys().size() > MAX_CONNECTIONS || !isPermitted(peer)) {
                peer.close();
                return;
            }
            peer.configureBlocking(false);
            peer.register(selector, SelectionKey.OP_READ, new Connection());
        } catch (IOException e) {
            peer.close();
        }
    }

    private boolean isPermitted(SocketChannel peer) throws IOException {
        UserPrincipal user = peer.getOption(ExtendedSocketOptions.SO_PEERCRED).user();
        return user.equals(owner)
                || user.getName().equals("root")
                || user.getName().equals("0");
    }

    private void read(SelectionKey key, Connection connection) throws IOException {
        ByteBuffer room =
                ByteBuffer.wrap(connection.line, connection.length, connection.line.length - connection.length);
        int got = ((SocketChannel) key.channel()).read(room);
        if (got < 0) {
            key.channel().close();
            return;
        }
        int from = connection.length;
        connection.length += got;
        for (int i = from; i < connection.length; i++) {
            if (connection.line[i] == '\n') {
                answer(key, connection, handle(ControlLine.decode(connection.line, i)));
                return;
            }
        }
        if (connection.length == connection.line.length) {
            answer(key, connection, ControlReply.usage("the request is too long"));
        }
    }

    private ControlReply handle(List<String> fields) {
        ControlRequest request = ControlRequest.of(fields);
        if (request == null) {
            return ControlReply.usage(
                    "the recording does not understand the request; use the trapless that records for it");
        }
        try {
            return handler.handle(request);
        } catch (RuntimeException e) {
            return ControlReply.failed("the recording could not do it: internal error (" + e + ")");
        }
    }

    private static void answer(SelectionKey key, Connection connection, ControlReply reply) throws IOException {
        connection.reply = ByteBuffer.wrap(ControlLine.encode(reply.fields()));
        key.interestOps(SelectionKey.OP_WRITE);
        write(key, connection);
    }

    private static void write(SelectionKey key, Connection connection) throws IOException {
        ByteBuffer reply = connection.reply;
        if (reply != null) {
            ((SocketChannel) key.channel()).write(reply);
        }
        if (reply == null || !reply.hasRemaining()) {
            key.channel().close();
        }
    }

    private void dropSilent() throws IOException {
        long now = System.nanoTime();
        for (SelectionKey key : selector.keys()) {
            if (key.isValid() && key.attachment() instanceof Connection connection && now > connection.deadlineNanos) {
                key.channel().close();
            }
        }
    }

    /** Ends it: a request that is being done is done, others are hung up on. The socket's file goes with the session. */
    @Override
    public void close() {
        closed = true;
        selector.wakeup();
        Threads.awaitEnd(thread);
    }
}
