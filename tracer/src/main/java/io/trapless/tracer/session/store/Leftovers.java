package io.trapless.tracer.session.store;

import io.trapless.tracer.attach.TextChange;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a session has changed in one process and has not undone, as its journal tells. A change that was noted may not have been made: whoever undoes it looks first.
 *
 * @param patches {@link TextChange#expected} is the original
 * @param semaphores addresses of those to lower by one; the same address stands there as often as it was raised
 */
public record Leftovers(
        ProcessKey process, List<JournalEntry.Mapped> mappings, List<TextChange> patches, List<Long> semaphores) {
    public Leftovers {
        mappings = List.copyOf(mappings);
        patches = List.copyOf(patches);
        semaphores = List.copyOf(semaphores);
    }

    /** Whether nothing is left. */
    public boolean isEmpty() {
        return mappings.isEmpty() && patches.isEmpty() && semaphores.isEmpty();
    }

    /** By process, in the order of their first entries; processes with nothing left are not among them. */
    public static List<Leftovers> of(List<JournalEntry> journal) {
        Map<ProcessKey, Builder> builders = new LinkedHashMap<>();
        for (JournalEntry entry : journal) {
            builders.computeIfAbsent(entry.process(), Builder::new).add(entry);
        }
        return builders.values().stream()
                .map(Builder::build)
                .filter(left -> !left.isEmpty())
                .toList();
    }

    private static final class Builder {
        private final ProcessKey process;
        private final Map<Long, JournalEntry.Mapped> mappings = new LinkedHashMap<>();
        private final Map<Long, TextChange> patches = new LinkedHashMap<>();
        private final Map<Long, Integer> raised = new LinkedHashMap<>();

        Builder(ProcessKey process) {
            this.process = process;
        }

        void add(JournalEntry entry) {
            switch (entry) {
                case JournalEntry.Mapped mapped -> mappings.put(mapped.address(), mapped);
                case JournalEntry.Unmapped unmapped -> mappings.remove(unmapped.address());
                case JournalEntry.Patched patched -> patches.put(patched.address(), patched.change());
                case JournalEntry.Restored restored -> patches.remove(restored.address());
                case JournalEntry.SemaphoreRaised semaphore -> raised.merge(semaphore.address(), 1, Integer::sum);
                case JournalEntry.SemaphoreLowered semaphore -> raised.merge(semaphore.address(), -1, Integer::sum);
                case JournalEntry.Replaced _ -> {
                    mappings.clear();
                    patches.clear();
                    raised.clear();
                }
            }
        }

        Leftovers build() {
            List<Long> semaphores = new ArrayList<>();
            raised.forEach((address, count) -> {
                for (int i = 0; i < count; i++) {
                    semaphores.add(address);
                }
            });
            return new Leftovers(
                    process, new ArrayList<>(mappings.values()), new ArrayList<>(patches.values()), semaphores);
        }
    }
}
