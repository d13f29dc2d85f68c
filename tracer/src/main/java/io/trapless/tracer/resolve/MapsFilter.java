package io.trapless.tracer.resolve;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Tells cheaply, by the text of a process's memory map (proc_pid_maps(5)), that it maps none of the modules that are meant. Immutable. */
public final class MapsFilter {
    private final List<String> texts = new ArrayList<>();
    private final boolean all;

    /** @param modules as patterns name them */
    public MapsFilter(List<String> modules) {
        boolean any = false;
        for (String module : modules) {
            any |= !add(module);
        }
        all = any;
    }

    /** Adds what must stand in the map: the name, or the number of the file, which other mount namespaces may know by another name. False if nothing must. */
    private boolean add(String module) {
        try {
            ModuleNames name = ModuleNames.of(module);
            if (name.isWild()) {
                return false;
            }
            texts.add(name.text());
            if (name.isPath()) {
                texts.add(ModuleNames.fileName(name.text()));
                texts.add(" " + Files.getAttribute(Path.of(name.text()), "unix:ino") + " ");
            }
            return true;
        } catch (IOException | InvalidPathException e) {
            return false;
        }
    }

    /** Whether a process with this memory map may map one of them. */
    public boolean mayMap(String maps) {
        return all || texts.stream().anyMatch(maps::contains);
    }
}
