package io.trapless.binary.x86;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** Runs machine code in a child process (runner.c, compiled by gcc) that survives its faults. */
final class NativeRunner implements AutoCloseable {
    private static final int CODE = 256;
    private static final int REQUEST = 8 + CODE + 17 * 8;
    private static final int ANSWER = 18 * 8;

    /** General registers and flags before or after a run. */
    record State(long[] registers, long flags) {
        State withRegister(int register, long value) {
            long[] copy = registers.clone();
            copy[register] = value;
            return new State(copy, flags);
        }

        State withFlags(long value) {
            return new State(registers, value);
        }
    }

    record Run(byte[] code, State before) {}

    /** {@code signal} 0: the code ran to its end. */
    record Result(int signal, State after) {}

    private final Path directory;
    private final Path program;

    NativeRunner() {
        try {
            directory = Files.createTempDirectory("trapless-runner");
            Path source = directory.resolve("runner.c");
            try (InputStream in = NativeRunner.class.getResourceAsStream("runner.c")) {
                Files.copy(in, source);
            }
            program = directory.resolve("runner");
            Tool.run("gcc", "gcc", "-O1", "-no-pie", "-o", program.toString(), source.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The results, in the order of the runs. */
    List<Result> run(List<Run> runs) {
        List<Result> results = new ArrayList<>(runs.size());
        Process process = start();
        try {
            Thread writer = Thread.ofPlatform().daemon().start(() -> write(runs, process.getOutputStream()));
            DataInputStream in = new DataInputStream(new BufferedInputStream(process.getInputStream(), 1 << 16));
            ByteBuffer answer = ByteBuffer.allocate(ANSWER).order(ByteOrder.LITTLE_ENDIAN);
            for (int i = 0; i < runs.size(); i++) {
                in.readFully(answer.array());
                answer.clear();
                int signal = (int) answer.getLong();
                results.add(new Result(signal, readState(answer)));
            }
            writer.join();
        } catch (IOException e) {
            throw new AssertionError("the runner died near " + describe(runs, results.size()), e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        } finally {
            process.destroyForcibly();
        }
        return results;
    }

    private Process start() {
        try {
            return new ProcessBuilder(program.toString())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String describe(List<Run> runs, int at) {
        return at < runs.size() ? HexFormat.of().formatHex(runs.get(at).code()) : "the end";
    }

    private static void write(List<Run> runs, OutputStream out) {
        ByteBuffer buffer = ByteBuffer.allocate(256 * REQUEST).order(ByteOrder.LITTLE_ENDIAN);
        try (out) {
            for (Run run : runs) {
                int start = buffer.position();
                buffer.putLong(run.code.length).put(run.code).position(start + 8 + CODE);
                for (long register : run.before.registers) {
                    buffer.putLong(register);
                }
                buffer.putLong(run.before.flags | 0x202);
                if (!buffer.hasRemaining()) {
                    out.write(buffer.array());
                    buffer.clear();
                }
            }
            out.write(buffer.array(), 0, buffer.position());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static State readState(ByteBuffer answer) {
        long[] registers = new long[16];
        for (int i = 0; i < 16; i++) {
            registers[i] = answer.getLong();
        }
        return new State(registers, answer.getLong());
    }

    @Override
    public void close() {
        Tool.deleteTree(directory);
    }
}
