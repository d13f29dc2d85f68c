package io.trapless.tracer.session;

import io.trapless.binary.elf.ElfException;
import io.trapless.binary.elf.ElfFile;
import io.trapless.binary.elf.Segment;
import io.trapless.binary.flow.DisplacedRange;
import io.trapless.tracer.attach.TextChange;
import io.trapless.tracer.linux.Memory;
import io.trapless.tracer.preload.CodeSource;
import io.trapless.tracer.preload.LinkPlace;
import io.trapless.tracer.preload.NotRelocatableException;
import io.trapless.tracer.preload.PlacedModule;
import io.trapless.tracer.preload.PreloadModule;
import io.trapless.tracer.resolve.ModuleImage;
import io.trapless.tracer.trampoline.ProcessFacts;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** One file and its sites, bound as if it were loaded at each of the places for which its code is compiled. For one thread. */
final class PreloadFile {
    private static final int PAGE = 4096;

    /** More than any code takes. */
    private static final int SOME_SIZE = 1 << 28;

    private final ModuleImage image;
    private final FactsSource factsSource;
    private final Map<Long, BoundModule> byBias = new HashMap<>();

    /** File addresses of sites that are left out. */
    private final Set<Long> left = new HashSet<>();

    /** What the code is made against. */
    interface FactsSource {
        ProcessFacts at(LinkPlace place, boolean rseq, int codeSize);
    }

    /** Takes what can't be armed. */
    interface Refusals {
        void add(ArmedSite site, String reason);
    }

    PreloadFile(ModuleImage image, FactsSource factsSource) {
        this.image = image;
        this.factsSource = factsSource;
    }

    /** Adds the sites as they are with one bias. */
    void add(long bias, BoundModule bound) {
        byBias.put(bias, bound);
    }

    /** Its sites and probes; addresses are of no use. */
    BoundModule bound() {
        return at(LinkPlace.sample().bias());
    }

    /** Sites that are not left out. */
    List<ArmedSite> sites() {
        return sitesAt(LinkPlace.sample().bias());
    }

    /**
     * Compiles its code.
     *
     * @param refusals gets the sites that have to be left out
     * @throws NotRelocatableException nothing of it can be armed, with the reason
     */
    PlacedModule place(Refusals refusals) throws ElfException, NotRelocatableException {
        ModuleIdentity identity = ModuleIdentity.of(image.file().elf());
        if (identity == null) {
            throw new NotRelocatableException("its ELF headers are not loaded, so nothing in memory tells what it is");
        }
        leaveUnplaceable(refusals);
        if (sites().isEmpty()) {
            throw new NotRelocatableException("none of its sites can be copied");
        }
        try {
            return PlacedModule.of(module(identity, left));
        } catch (NotRelocatableException e) {
            leaveOneByOne(identity, refusals);
            if (sites().isEmpty()) {
                throw e;
            }
            return PlacedModule.of(module(identity, left));
        }
    }

    /** Leaves out those whose displaced instructions can't be copied anywhere. */
    private void leaveUnplaceable(Refusals refusals) {
        LinkPlace place = LinkPlace.sample();
        CodeRegion region = new CodeRegion(sites());
        region.generate(factsSource.at(place, true, SOME_SIZE), place.region());
        for (CodeRegion.Unplaceable unplaceable : region.unplaceable()) {
            left.add(fileAddress(unplaceable.site()));
            refusals.add(unplaceable.site(), unplaceable.sentence());
        }
    }

    /** Leaves out those that can't be placed even alone. */
    private void leaveOneByOne(ModuleIdentity identity, Refusals refusals) throws ElfException {
        Set<Long> all = new HashSet<>();
        sites().forEach(site -> all.add(fileAddress(site)));
        for (ArmedSite site : sites()) {
            Set<Long> others = new HashSet<>(all);
            others.remove(fileAddress(site));
            others.addAll(left);
            try {
                PlacedModule.of(module(identity, others));
            } catch (NotRelocatableException e) {
                left.add(fileAddress(site));
                refusals.add(site, "it can't be armed by preloading: " + e.getMessage());
            }
        }
    }

    private PreloadModule module(ModuleIdentity identity, Set<Long> without) throws ElfException {
        ElfFile elf = image.file().elf();
        long low = Long.MAX_VALUE;
        long high = 0;
        Segment code = null;
        List<PreloadModule.Text> texts = new ArrayList<>();
        for (Segment segment : elf.segments()) {
            if (!segment.isLoaded()) {
                continue;
            }
            low = Math.min(low, segment.address());
            high = Math.max(high, segment.endAddress());
            if (segment.isExecutable()) {
                code = code == null ? segment : code;
                int write = segment.isWritable() ? Memory.PROT_WRITE : Memory.PROT_NONE;
                texts.add(new PreloadModule.Text(
                        segment.address(), segment.endAddress(), Memory.PROT_READ | Memory.PROT_EXEC | write));
            }
        }
        Objects.requireNonNull(code, "a file with sites has code");
        return new PreloadModule(
                image.fileName(),
                identity.programHeaders(),
                identity.buildId(),
                identity.buildIdAddress(),
                code.address(),
                elf.readAt(code.address(), code.fileSizeBytes()).toByteArray(),
                low & -PAGE,
                high,
                texts,
                semaphores(elf),
                source(Set.copyOf(without)));
    }

    private List<Long> semaphores(ElfFile elf) {
        long bias = LinkPlace.sample().bias();
        return bound().semaphores().stream()
                .map(address -> address - bias)
                .filter(address -> elf.segments().stream()
                        .anyMatch(segment -> segment.isLoaded() && segment.isWritable() && segment.contains(address)))
                .toList();
    }

    private CodeSource source(Set<Long> without) {
        return (place, rseq, codeSize) -> {
            List<ArmedSite> sites = at(place.bias()).sites().stream()
                    .filter(site -> !without.contains(fileAddress(site)))
                    .toList();
            CodeRegion region = new CodeRegion(sites);
            byte[] code = region.generate(factsSource.at(place, rseq, codeSize), place.region());
            List<TextChange> changes = new ArrayList<>();
            region.islands().forEach(island -> changes.addAll(byJumps(island))); // before a jump that leads there
            changes.addAll(region.changes());
            return new CodeSource.Linked(code, changes);
        };
    }

    /** An island where instructions make room has two jumps, and the initializer fills in one for each change. Nobody else runs by then. */
    private static List<TextChange> byJumps(TextChange island) {
        int first = DisplacedRange.JUMP_BYTES;
        int length = island.expected().length;
        return length == first ? List.of(island) : List.of(part(island, 0, first), part(island, first, length));
    }

    private static TextChange part(TextChange whole, int from, int to) {
        return new TextChange(
                whole.address() + from,
                Arrays.copyOfRange(whole.expected(), from, to),
                Arrays.copyOfRange(whole.replacement(), from, to));
    }

    private List<ArmedSite> sitesAt(long bias) {
        return at(bias).sites().stream()
                .filter(site -> !left.contains(fileAddress(site)))
                .toList();
    }

    private BoundModule at(long bias) {
        return Objects.requireNonNull(byBias.get(bias));
    }

    private static long fileAddress(ArmedSite site) {
        return site.start() - site.loadBias();
    }
}
