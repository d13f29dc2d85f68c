package io.trapless.tracer.plan;

import io.trapless.binary.elf.ElfEntries;
import io.trapless.binary.elf.ElfException;
import io.trapless.binary.flow.CodeRange;
import io.trapless.binary.flow.DisplacedRange;
import io.trapless.binary.flow.FunctionExit.When;
import io.trapless.binary.flow.ImageView.Section;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Plans some few entries of an image's functions, each by itself: what a {@link SitePlanner} would say of them, without an analysis of the whole image, which takes longer than all else that happens before the first event. For one thread at a time.
 */
public final class EntryPlanner implements PatchRoom {
    private final ElfEntries entries;
    private final int registersInNotes;
    private final Map<CodeRange, @Nullable SitePlan> planned = new HashMap<>();

    /** @param registersInNotes as for {@link SitePlanner} */
    public EntryPlanner(ElfEntries entries, int registersInNotes) {
        this.entries = entries;
        this.registersInNotes = registersInNotes;
    }

    /** Plans the entry of a function; null if only the whole analysis can say. */
    public @Nullable SitePlan plan(CodeRange function) throws ElfException {
        if (planned.containsKey(function)) {
            return planned.get(function);
        }
        DisplacedRange range = entries.prove(function);
        Section section = range == null ? null : section(range.address(), range.lengthBytes());
        SitePlan plan = range == null || section == null
                ? null
                : Jumps.plan(
                        range, section, Jumps.forward(range, section), When.ALWAYS, registersInNotes, StackFacts.AMPLE);
        planned.put(function, plan);
        return plan;
    }

    private @Nullable Section section(long address, int lengthBytes) {
        for (Section section : entries.code()) {
            if (section.contains(address) && address + lengthBytes <= section.end()) {
                return section;
            }
        }
        return null;
    }

    @Override
    public byte @Nullable [] code(long address, int lengthBytes) {
        return Jumps.code(section(address, lengthBytes), address, lengthBytes);
    }

    /** None: each of its ranges holds a long jump. */
    @Override
    public List<CodeRange> islandsNear(long address) {
        return List.of();
    }

    @Override
    public @Nullable DisplacedRange evictionNear(CodeRange shortJump, Predicate<DisplacedRange> isFree) {
        return null;
    }
}
