package io.trapless.tracer.session;

import io.trapless.binary.elf.ElfException;
import io.trapless.language.syntax.Clause;
import io.trapless.layout.SessionHeaderDescriptor;
import io.trapless.trace.event.EventType;
import io.trapless.tracer.preload.LinkPlace;
import io.trapless.tracer.preload.NotRelocatableException;
import io.trapless.tracer.preload.PlacedModule;
import io.trapless.tracer.resolve.ImageFiles;
import io.trapless.tracer.ring.RingGeometry;
import io.trapless.tracer.session.RecordingSummary.RefusedProbe;
import io.trapless.tracer.table.TableLayout;
import io.trapless.tracer.trampoline.ProcessFacts;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a session arms in programs that preload its object, and what it records there.
 *
 * @param modules files with sites
 * @param events what the armed probes record, by id
 * @param siteCount places in all files
 * @param refused probes, or places that they mean, that can't be armed
 */
record PreloadPlan(List<PlacedModule> modules, List<EventType> events, int siteCount, List<RefusedProbe> refused) {
    /** As glibc registers it (sysdeps/unix/sysv/linux/x86/bits/rseq.h: RSEQ_SIG). */
    private static final int RSEQ_SIGNATURE = 0x53053053;

    PreloadPlan {
        modules = List.copyOf(modules);
        events = List.copyOf(events);
        refused = List.copyOf(refused);
    }

    /**
     * Makes it from clauses.
     *
     * @throws RecordingException a clause is wrong at a site that it means
     */
    static PreloadPlan of(
            List<Clause> clauses, ImageFiles files, RingGeometry geometry, HostFacts host, boolean systemCalls)
            throws RecordingException {
        SiteBinder binder = new SiteBinder(
                clauses.stream().map(CaptureSource::of).toList(),
                0,
                files,
                systemCalls,
                LaterModules.EXISTING,
                false,
                TableLayout.none());
        Map<String, PreloadFile> bound = new LinkedHashMap<>();
        for (long bias : LinkPlace.biases()) {
            binder.bindSystem(bias)
                    .forEach((image, module) -> bound.computeIfAbsent(
                                    image.path(),
                                    _ -> new PreloadFile(
                                            image,
                                            (place, rseq, codeSize) ->
                                                    facts(geometry, host, systemCalls, place, rseq, codeSize)))
                            .add(bias, module));
        }
        List<PlacedModule> modules = new ArrayList<>();
        List<EventType> events = new ArrayList<>();
        int sites = 0;
        for (Map.Entry<String, PreloadFile> entry : bound.entrySet()) {
            PreloadFile file = entry.getValue();
            try {
                modules.add(file.place((site, reason) -> refuse(binder, file, site, reason)));
            } catch (NotRelocatableException e) {
                refuse(binder, file, "it can't be armed by preloading: " + e.getMessage());
                continue;
            } catch (ElfException e) {
                refuse(binder, file, e.sentence(entry.getKey()));
                continue;
            }
            sites += Math.toIntExact(
                    file.sites().stream().filter(ArmedSite::isProbed).count());
            Set<Integer> ids = new HashSet<>();
            file.sites().forEach(site -> site.probes().forEach(probe -> ids.add(probe.eventId())));
            file.bound().probes().stream()
                    .map(BoundProbe::event)
                    .filter(event -> ids.contains(event.id()))
                    .forEach(events::add);
        }
        return new PreloadPlan(modules, events, sites, binder.refused());
    }

    private static ProcessFacts facts(
            RingGeometry geometry, HostFacts host, boolean systemCalls, LinkPlace place, boolean rseq, int codeSize) {
        long header = place.region() + codeSize;
        return new ProcessFacts(
                place.rings(),
                header + SessionHeaderDescriptor.ENABLE_OFFSET,
                geometry.cpuCount(),
                geometry.subBufferSizeBytes(),
                geometry.capacityBytes(),
                geometry.mode().code(),
                rseq ? new ProcessFacts.Rseq(place.rseqOffset(), RSEQ_SIGNATURE, true) : ProcessFacts.Rseq.NONE,
                place.tidOffset(),
                host.hasRdpid(),
                host.cyclesPerSecond(),
                host.clock(),
                header + SessionHeaderDescriptor.RINGS_OFFSET,
                systemCalls);
    }

    private static void refuse(SiteBinder binder, PreloadFile file, String reason) {
        file.bound().probes().forEach(probe -> binder.refuse(probe.event().name(), reason));
    }

    private static void refuse(SiteBinder binder, PreloadFile file, ArmedSite site, String reason) {
        Set<Integer> ids = new HashSet<>();
        site.probes().forEach(probe -> ids.add(probe.eventId()));
        file.bound().probes().stream()
                .filter(probe -> ids.contains(probe.event().id()))
                .forEach(probe -> binder.refuse(probe.event().name(), reason));
    }
}
