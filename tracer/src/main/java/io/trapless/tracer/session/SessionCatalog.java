package io.trapless.tracer.session;

import io.trapless.trace.event.EventType;
import io.trapless.trace.event.TraceClock;
import io.trapless.trace.event.TraceSchema;
import io.trapless.trace.event.TscCalibration;
import io.trapless.tracer.attach.TargetProcess;
import io.trapless.tracer.session.store.EventTable;
import io.trapless.tracer.session.store.ProcessKey;
import io.trapless.tracer.session.store.SessionDirectory;
import io.trapless.tracer.session.store.SessionProperties;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a session records, as far as it is known by now: the meaning of its event ids, and its processes. It grows while the session records; what is written down of it is replaced as a whole, so
 * that a reader sees it before or after an addition. Any thread; calls exclude each other.
 */
final class SessionCatalog {
    private final SessionProperties properties;
    private final TraceClock clock;
    private final TraceEnvironment environment = new TraceEnvironment();
    private final Map<Integer, EventType> events = new LinkedHashMap<>();
    private final Map<ProcessKey, SessionProperties.Target> targets = new LinkedHashMap<>();
    private boolean unwritten;

    /** @param properties of the session, without targets */
    SessionCatalog(SessionProperties properties) {
        this.properties = properties;
        this.clock = TscCalibration.at(properties.calibration(), properties.frequencyHz());
    }

    /** Takes in processes with what is to be armed in them; returns the events that were not known before. */
    synchronized List<EventType> add(List<BoundTarget> bound) {
        List<EventType> fresh = new ArrayList<>();
        for (BoundTarget target : bound) {
            TargetProcess process = target.process();
            ProcessKey key = new ProcessKey(process.pid(), process.startTime());
            targets.put(key, new SessionProperties.Target(key, process.executable(), process.commandLine()));
            environment.add(process);
            unwritten = true;
            for (BoundProbe probe : target.probes()) {
                if (events.putIfAbsent(probe.event().id(), probe.event()) == null) {
                    fresh.add(probe.event());
                }
            }
        }
        return fresh;
    }

    /** Takes in what a process has mapped since. */
    synchronized void refresh(TargetProcess process) {
        environment.add(process);
        unwritten = true;
    }

    /** Takes in a process that a recorded one has forked: it has what that has. */
    synchronized void forked(int parent, TargetProcess child) {
        environment.fork(parent, child);
        unwritten = true;
    }

    /** All that a trace's reader must know, as of now. */
    synchronized TraceSchema schema() {
        return new TraceSchema(properties.uuid(), clock, environment.build(), List.copyOf(events.values()));
    }

    synchronized String nameOf(int eventId) {
        EventType event = events.get(eventId);
        return event == null ? "event " + eventId : event.name();
    }

    /** Whether something was added since the last {@link #writeTo}. */
    synchronized boolean isUnwritten() {
        return unwritten;
    }

    /** Writes it down for those who find the session without its tracer. */
    synchronized void writeTo(SessionDirectory directory) throws IOException {
        properties.withTargets(List.copyOf(targets.values())).write(directory);
        new EventTable(environment.build(), List.copyOf(events.values())).write(directory);
        unwritten = false;
    }
}
