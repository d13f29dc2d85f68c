package io.trapless.trace.ctf;

import io.trapless.trace.event.Environment;
import io.trapless.trace.event.EventType;
import io.trapless.trace.event.FieldKind;
import io.trapless.trace.event.FieldType;
import io.trapless.trace.event.TraceClock;
import io.trapless.trace.event.TraceSchema;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.UUID;

/** A trace of random events of random types, and what is in it. The same seed makes the same trace. */
public final class RandomTrace {
    private static final String[] LETTERS = {"a", "Z", "7", " ", "\"", "\\", "\n", "\t", "é", "€", "𝄞", "/", "{"};
    private static final int CPUS = 3;

    /** More than a nanosecond at any frequency: babeltrace2 orders events by their rounded nanoseconds. */
    private static final long GAP_CYCLES = 64;

    /** An event as it went in; a value is a Long, Double, String or byte[]. */
    public record Entry(
            EventType type, int cpu, int tid, int pid, long tsc, int faults, int cuts, List<Object> values) {}

    private final Random random;
    private final List<Entry> entries = new ArrayList<>();
    private final TraceSchema schema;

    public RandomTrace(long seed) {
        random = new Random(seed);
        long frequencyHz = 1_000_000_000L + random.nextInt(2_000_000_000);
        schema = new TraceSchema(
                new UUID(random.nextLong(), random.nextLong()),
                TraceClock.through(1L << 50, 1_700_000_000_000_000_000L + random.nextInt(), frequencyHz),
                Environment.builder()
                        .tracer(0, 1, 0)
                        .host("host", "6.1 \"x\"", "CPU\\1")
                        .process(7, List.of("prog", "é\n"), List.of(new Environment.Module("/lib/l.so", 4096, "ab12")))
                        .build(),
                types());
    }

    public TraceSchema schema() {
        return schema;
    }

    /** All events, in time order. */
    public List<Entry> entries() {
        return entries;
    }

    /** Writes about {@code count} events; a few packets are empty, and sizes differ. */
    public void write(Path directory, int count) throws TraceException {
        try (TraceDirectory trace = TraceDirectory.create(directory, schema);
                Arena arena = Arena.ofConfined()) {
            long[] tsc = {(1L << 50), (1L << 50), (1L << 50)};
            int[] packets = new int[CPUS];
            while (entries.size() < count) {
                int cpu = random.nextInt(CPUS);
                long begin = tsc[cpu];
                ByteArrayOutputStream records = new ByteArrayOutputStream();
                int size = random.nextInt(40);
                for (int i = 0; i < size; i++) {
                    // No two events of all CPUs at the same time, so that there is one right order.
                    tsc[cpu] += GAP_CYCLES * CPUS * (1L + random.nextInt(i == 7 ? 10_000_000 : 3000));
                    Entry entry = entry(cpu, tsc[cpu] + GAP_CYCLES * cpu);
                    entries.add(entry);
                    records.writeBytes(record(entry));
                }
                MemorySegment packet = arena.allocate(PacketHeader.SIZE_BYTES + records.size());
                MemorySegment.copy(
                        MemorySegment.ofArray(records.toByteArray()),
                        0,
                        packet,
                        PacketHeader.SIZE_BYTES,
                        records.size());
                long end = tsc[cpu] + GAP_CYCLES * CPUS;
                new PacketHeader(
                                schema.uuid(),
                                begin,
                                end,
                                packet.byteSize(),
                                packet.byteSize(),
                                packets[cpu]++,
                                0,
                                cpu,
                                cpu % 2)
                        .writeTo(packet, 0);
                tsc[cpu] = end;
                trace.append(cpu, cpu % 2, packet);
            }
        }
        entries.sort(Comparator.comparingLong(Entry::tsc));
    }

    private List<EventType> types() {
        List<EventType> types = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            List<FieldType> fields = new ArrayList<>();
            int count = random.nextInt(7);
            for (int f = 0; f < count; f++) {
                String name = f == 0 ? "int" : f == 1 ? "_x" : "field" + f;
                fields.add(new FieldType(name, kind()));
            }
            types.add(new EventType(
                    random.nextInt(5000) * 13 + i,
                    "uprobe:/bin/\"x\\é\":f" + i,
                    random.nextInt(3),
                    fields,
                    random.nextBoolean()));
        }
        return types;
    }

    private FieldKind kind() {
        return switch (random.nextInt(7)) {
            case 0 -> new FieldKind.Real(random.nextBoolean() ? 4 : 8);
            case 1 -> new FieldKind.Text();
            case 2 -> new FieldKind.Bytes();
            case 3 -> new FieldKind.Addresses();
            default ->
                new FieldKind.Int(1 << random.nextInt(4), random.nextBoolean(), random.nextInt(3) == 0 ? 16 : 10);
        };
    }

    private Entry entry(int cpu, long tsc) {
        EventType type = schema.events().get(random.nextInt(schema.events().size()));
        List<Object> values = new ArrayList<>();
        for (FieldType field : type.fields()) {
            values.add(value(field.kind()));
        }
        int bits = (1 << type.fields().size()) - 1;
        boolean odd = type.faultable() && random.nextInt(4) == 0;
        return new Entry(
                type,
                cpu,
                random.nextInt(40000),
                random.nextInt(5) == 0 ? 0 : random.nextInt(40000),
                tsc,
                odd ? random.nextInt() & bits : 0,
                odd ? random.nextInt() & bits : 0,
                values);
    }

    private Object value(FieldKind kind) {
        switch (kind) {
            case FieldKind.Int integer -> {
                long value = switch (random.nextInt(3)) {
                    case 0 -> random.nextInt(10);
                    case 1 -> -1 - random.nextInt(3);
                    default -> random.nextLong();
                };
                int unused = Long.SIZE - integer.sizeBytes() * 8;
                return integer.signed() ? value << unused >> unused : value << unused >>> unused;
            }
            case FieldKind.Real _ -> {
                return (random.nextInt(16000) - 8000) / 8.0;
            }
            case FieldKind.Text _ -> {
                StringBuilder text = new StringBuilder();
                // Never empty: for an empty string babeltrace2 2.0.4 prints the one of an earlier event.
                for (int i = 1 + random.nextInt(20); i > 0; i--) {
                    text.append(LETTERS[random.nextInt(LETTERS.length)]);
                }
                return text.toString();
            }
            case FieldKind.Bytes _ -> {
                byte[] bytes = new byte[random.nextInt(9)];
                random.nextBytes(bytes);
                return bytes;
            }
            case FieldKind.Addresses _ -> {
                return random.longs(random.nextInt(9)).toArray();
            }
        }
    }

    private static byte[] record(Entry entry) {
        ByteBuffer bytes = ByteBuffer.allocate(4096).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(entry.tsc() << 16 | entry.type().id()).putInt(entry.tid()).putInt(entry.pid());
        if (entry.type().faultable()) {
            bytes.putShort((short) entry.faults()).putShort((short) entry.cuts());
        }
        for (int i = 0; i < entry.values().size(); i++) {
            int size = entry.type().fields().get(i).kind().fixedSizeBytes();
            switch (entry.values().get(i)) {
                case Long value ->
                    bytes.put(ByteBuffer.allocate(8)
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .putLong(0, value)
                            .slice(0, size));
                case Double value when size == 4 -> bytes.putFloat(value.floatValue());
                case Double value -> bytes.putDouble(value);
                case String value ->
                    bytes.put(value.getBytes(StandardCharsets.UTF_8)).put((byte) 0);
                case byte[] value -> bytes.putShort((short) value.length).put(value);
                case long[] value -> {
                    bytes.putShort((short) value.length);
                    for (long address : value) {
                        bytes.putLong(address);
                    }
                }
                default -> throw new AssertionError();
            }
        }
        byte[] record = new byte[bytes.flip().remaining()];
        bytes.get(record);
        return record;
    }
}
