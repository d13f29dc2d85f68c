package io.trapless.tracer.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapless.tracer.attach.AddressRange;
import io.trapless.tracer.attach.MemoryMapping;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a memory map says of the modules of a process, and how two such states differ. */
final class LoadedModulesTest {
    private static MemoryMapping file(long start, long pages, boolean executable, long offset, String path) {
        return new MemoryMapping(
                start, start + pages * 4096, true, false, executable, false, offset, 1, path.hashCode(), path, false);
    }

    private static MemoryMapping anonymous(long start, long pages) {
        return new MemoryMapping(start, start + pages * 4096, true, true, false, false, 0, 0, 0, "", false);
    }

    private static List<MemoryMapping> library(long base, String path) {
        return List.of(
                file(base, 1, false, 0, path),
                file(base + 0x1000, 2, true, 0x1000, path),
                file(base + 0x3000, 1, false, 0x3000, path));
    }

    @Test
    void aModuleIsAllOfItsFileAtOnePlace() {
        List<MemoryMapping> map = new java.util.ArrayList<>(library(0x10000, "/lib/a.so"));
        map.add(anonymous(0x14000, 1));
        map.addAll(library(0x20000, "/lib/b.so"));
        map.addAll(library(0x24000, "/lib/b.so")); // loaded twice
        map.add(file(0x30000, 1, false, 0, "/data")); // no code
        assertThat(LoadedModules.of(map).modules())
                .extracting(LoadedModules.Module::range)
                .containsExactly(
                        new AddressRange(0x10000, 0x14000),
                        new AddressRange(0x20000, 0x24000),
                        new AddressRange(0x24000, 0x28000));
    }

    @Test
    void anotherPlaceIsAnotherModule() {
        LoadedModules before = LoadedModules.of(library(0x10000, "/lib/a.so"));
        LoadedModules after = LoadedModules.of(library(0x50000, "/lib/a.so"));
        assertThat(before.without(after)).isEqualTo(before);
        assertThat(after.without(before)).isEqualTo(after);
        assertThat(after.without(after).isEmpty()).isTrue();
        assertThat(before.without(LoadedModules.of(library(0x10000, "/lib/other.so"))))
                .isEqualTo(before);
    }
}
