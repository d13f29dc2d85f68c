package io.trapless.tracer.resolve;

import io.trapless.tracer.attach.MemoryMapping;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A file of which the process has mapped code.
 *
 * @param path as the process sees it
 * @param deleted whether the path no longer leads to it
 * @param code its executable mappings by address
 */
record MappedFile(String path, long device, long inode, boolean deleted, List<MemoryMapping> code) {

    private record Key(String path, long device, long inode) {}

    /** All such files in the order of their first code. */
    static List<MappedFile> all(List<MemoryMapping> mappings) {
        Map<Key, List<MemoryMapping>> files = new LinkedHashMap<>();
        for (MemoryMapping mapping : mappings) {
            if (mapping.isFile() && mapping.executable()) {
                files.computeIfAbsent(
                                new Key(mapping.path(), mapping.device(), mapping.inode()), key -> new ArrayList<>())
                        .add(mapping);
            }
        }
        List<MappedFile> all = new ArrayList<>();
        files.forEach((key, code) -> all.add(new MappedFile(
                key.path, key.device, key.inode, code.getFirst().deleted(), List.copyOf(code))));
        return all;
    }

    String fileName() {
        return ModuleNames.fileName(path);
    }
}
