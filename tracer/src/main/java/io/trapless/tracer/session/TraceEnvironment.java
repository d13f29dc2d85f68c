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

/** What a trace says of where it comes from. */
final class TraceEnvironment {
    private TraceEnvironment() {}

    static Environment of(List<BoundTarget> targets) {
        Environment.Builder builder = Environment.builder()
                .tracer(0, 1, 0)
                .host(line("/proc/sys/kernel/hostname"), line("/proc/sys/kernel/osrelease"), cpuModel());
        for (BoundTarget target : targets) {
            TargetProcess process = target.process();
            builder.process(process.pid(), process.commandLine(), modules(process));
        }
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
