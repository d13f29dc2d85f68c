package io.trapless.e2e;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A redis server of a test's own, on a socket in a folder, with nothing saved. */
final class Redis implements AutoCloseable {
    private static final int READY_LOOKS = 500;
    private static int servers;

    private final Trapless.Running server;
    private final Path socket;

    private Redis(Trapless.Running server, Path socket) {
        this.server = server;
        this.socket = socket;
    }

    /** Starts a server binary and waits until it answers. */
    static Redis start(Path binary, Path folder) throws IOException, InterruptedException {
        return start(binary, folder, Map.of());
    }

    /** As {@link #start(Path, Path)}, with variables added to its environment. */
    static Redis start(Path binary, Path folder, Map<String, String> environment)
            throws IOException, InterruptedException {
        Path socket = folder.resolve("redis" + servers++ + ".sock");
        Trapless.Running server = Trapless.Running.start(
                environment,
                Programs.leashed(List.of(
                        binary.toString(),
                        "--port",
                        "0",
                        "--unixsocket",
                        socket.toString(),
                        "--save",
                        "",
                        "--appendonly",
                        "no",
                        "--daemonize",
                        "no",
                        "--hz",
                        "1",
                        "--dynamic-hz",
                        "no",
                        "--slowlog-log-slower-than",
                        "-1",
                        "--activerehashing",
                        "no",
                        "--io-threads",
                        "1")));
        Redis redis = new Redis(server, socket);
        for (int i = 0; i < READY_LOOKS && !Files.exists(socket); i++) {
            Thread.sleep(20);
        }
        redis.command("PING");
        return redis;
    }

    long pid() {
        return server.pid();
    }

    Trapless.Running running() {
        return server;
    }

    /** The command that makes load, with the words that say where. */
    List<String> benchmarkCommand() {
        return List.of("redis-benchmark", "-s", socket.toString());
    }

    boolean isAlive() {
        return server.isAlive();
    }

    /** A client that says nothing. */
    SocketChannel connect() throws IOException {
        return SocketChannel.open(UnixDomainSocketAddress.of(socket));
    }

    /** One command of its client. */
    String command(String... words) throws IOException, InterruptedException {
        return Programs.run(java.util.stream.Stream.concat(
                        java.util.stream.Stream.of("redis-cli", "-s", socket.toString()),
                        java.util.Arrays.stream(words))
                .toList());
    }

    /** A fixed number of requests of each of several kinds, one after the other. */
    void benchmark(int requests) throws IOException, InterruptedException {
        Programs.run(List.of(
                "redis-benchmark",
                "-s",
                socket.toString(),
                "-c",
                "1",
                "-n",
                Integer.toString(requests),
                "-q",
                "-t",
                "ping,set,get,incr,lpush,rpush,lpop,rpop,sadd,hset,spop,zadd,zpopmin,lrange_100,mset"));
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
