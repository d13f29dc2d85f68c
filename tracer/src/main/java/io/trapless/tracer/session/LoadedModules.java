package io.trapless.tracer.session;

import io.trapless.tracer.attach.AddressRange;
import io.trapless.tracer.attach.MemoryMapping;
import io.trapless.tracer.resolve.ModuleImage;
import java.util.ArrayList;
import java.util.List;

/**
 * The files of which a process has mapped code, each with all of its memory from the first mapping to the last. Immutable.
 */
record LoadedModules(List<Module> modules) {
    /** One file at one place. */
    record Module(String path, long device, long inode, AddressRange range) {}

    LoadedModules {
        modules = List.copyOf(modules);
    }

    static LoadedModules of(List<MemoryMapping> mappings) {
        List<Module> modules = new ArrayList<>();
        int i = 0;
        while (i < mappings.size()) {
            MemoryMapping first = mappings.get(i);
            int next = i + 1;
            if (first.isFile() && !first.shared()) {
                long end = first.end();
                boolean code = first.executable();
                while (next < mappings.size() && continues(first, mappings.get(next))) {
                    code |= mappings.get(next).executable();
                    end = mappings.get(next).end();
                    next++;
                }
                if (code) {
                    modules.add(new Module(
                            first.path(), first.device(), first.inode(), new AddressRange(first.start(), end)));
                }
            }
            i = next;
        }
        return new LoadedModules(modules);
    }

    /** Another piece of the same file; its beginning, once more, is another copy of it. */
    private static boolean continues(MemoryMapping first, MemoryMapping mapping) {
        return mapping.inode() == first.inode() && mapping.device() == first.device() && mapping.offset() > 0;
    }

    /** Those of this state that are not in another. */
    LoadedModules without(LoadedModules other) {
        return new LoadedModules(
                modules.stream().filter(m -> !other.modules.contains(m)).toList());
    }

    /** Whether one of them is {@code image}. */
    boolean contains(ModuleImage image) {
        return modules.stream().anyMatch(m -> m.range().contains(image.codeStart()));
    }

    boolean isEmpty() {
        return modules.isEmpty();
    }
}
