package io.trapless.tracer.session;

import io.trapless.trace.event.Environment;
import io.trapless.tracer.attach.AttachException;
import io.trapless.tracer.attach.MemoryMapping;
import io.trapless.tracer.attach.TargetProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a trace says of where it comes from: the machine, and each process with its modules. For one thread at a time. */
final class TraceEnvironment {
    private final Map<Integer, Described> processes = new LinkedHashMap<>();
    private final String host = line("/proc/sys/kernel/hostname");
    private final String kernel = line("/proc/sys/kernel/osrelease");
    private final String cpu = cpuModel();

    /** What was to be told of a process when it was added. */
    private record Described(List<String> command, List<Environment.Module> modules) {}

    /** Adds a process, or what has become of one that was added before. */
    void add(TargetProcess process) {
        List<Environment.Module> modules = modules(process);
        Described before = processes.get(process.pid());
        if (modules.isEmpty() && before != null) {
            return; // it is just ending: what was known is worth more
        }
        processes.put(process.pid(), new Described(process.commandLine(), modules));
    }

    /** Adds a process that one that was added has forked. */
    void fork(int parent, TargetProcess child) {
        Described described = processes.get(parent);
        if (described != null) {
            processes.put(child.pid(), described);
        }
    }

    Environment build() {
        Environment.Builder builder = Environment.builder().tracer(0, 1, 0).host(host, kernel, cpu);
        processes.forEach((pid, process) -> builder.process(pid, process.command, process.modules));
        return builder.build();
    }

    private static List<Environment.Module> modules(TargetProcess process) {
        Map<String, Environment.Module> modules = new LinkedHashMap<>();
        try {
            for (MemoryMapping mapping : process.mappings()) {
                if (mapping.isFile() && mapping.offset() == 0 && !modules.containsKey(mapping.path())) {
                    String buildId = BuildIds.inMemory(process, mapping.start());
                    if (buildId != null) {
                        modules.put(mapping.path(), new Environment.Module(mapping.path(), mapping.start(), buildId));
                    }
                }
            }
        } catch (AttachException e) {
            return new ArrayList<>(modules.values()); // it is just ending: its other facts are still worth having
        }
        return new ArrayList<>(modules.values());
    }

    private static String line(String file) {
        try {
            return Files.readString(Path.of(file)).strip();
        } catch (IOException e) {
            return "unknown";
        }
    }

    private static String cpuModel() {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/cpuinfo"))) {
                if (line.startsWith("model name")) {
                    return line.substring(line.indexOf(':') + 1).strip();
                }
            }
        } catch (IOException e) {
            return "unknown";
        }
        return "unknown";
    }
}
