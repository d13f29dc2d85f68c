package io.trapless.trace.ctf;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * How many records there are of each event id and process. A record that names no process counts for that whose id is its thread's: a forked child that was not told its own. What records say is
 * untrusted: beyond {@link #MOST_CELLS} new processes share one row. For one thread; another may read and lag behind.
 */
final class RecordCounts {
    private static final long MOST_CELLS = 8 << 20;
    private static final int LEAST_ROW = 64;

    private final Map<Integer, Row> rows = new HashMap<>();
    private final Row others = new Row();
    private int lastPid;
    private Row last = others;
    private long cells;

    /** The counts of one process, by event id. */
    private static final class Row {
        private long[] counts = new long[0];
    }

    void add(int pid, int tid, int id, int change) {
        int process = pid != 0 ? pid : tid;
        if (process != lastPid) {
            last = row(process);
            lastPid = process;
        }
        if (id >= last.counts.length) {
            grow(last, id);
        }
        last.counts[id] += change;
    }

    private synchronized Row row(int process) {
        Row known = rows.get(process);
        if (known == null && cells >= MOST_CELLS) {
            return others;
        }
        return known != null ? known : newRow(process);
    }

    private Row newRow(int process) {
        Row row = new Row();
        cells += LEAST_ROW;
        row.counts = new long[LEAST_ROW];
        rows.put(process, row);
        return row;
    }

    private void grow(Row row, int id) {
        int length = Math.max(LEAST_ROW, Integer.highestOneBit(id) << 1);
        cells += length - row.counts.length;
        row.counts = Arrays.copyOf(row.counts, length);
    }

    /** Of all processes. */
    synchronized long of(int id) {
        long sum = in(others, id);
        for (Row row : rows.values()) {
            sum += in(row, id);
        }
        return sum;
    }

    /** Of one. */
    synchronized long of(int id, int pid) {
        Row row = rows.get(pid);
        return row == null ? 0 : in(row, id);
    }

    private static long in(Row row, int id) {
        long[] counts = row.counts;
        return id < counts.length ? counts[id] : 0;
    }
}
