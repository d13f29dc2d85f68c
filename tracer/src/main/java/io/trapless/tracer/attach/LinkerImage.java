package io.trapless.tracer.attach;

import io.trapless.binary.elf.ElfException;
import io.trapless.binary.elf.ElfFile;
import io.trapless.binary.elf.ElfSymbols;
import io.trapless.binary.elf.Segment;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What of a dynamic linker's file is needed to know when it has done its work: the function that it calls whenever its list of libraries has changed, for debuggers (link.h, {@code r_brk}), the
 * list's state, and room behind its code. Addresses are the file's own; 0 stands for none.
 *
 * @param hook {@code _dl_debug_state}
 * @param hookSize bytes of that function as its symbol has them
 * @param debug {@code struct r_debug}
 * @param roomStart the first byte behind the code, in the last page that is mapped for it
 * @param roomEnd the end of that page
 */
record LinkerImage(long hook, long hookSize, long debug, long roomStart, long roomEnd) {
    /** Offsets in {@code struct r_debug} (link.h). */
    static final int VERSION_OFFSET = 0;

    static final int MAP_OFFSET = 8;
    static final int STATE_OFFSET = 24;

    /** {@code RT_CONSISTENT}: the list is whole. */
    static final int CONSISTENT = 0;

    private static final int PAGE = 4096;
    private static final LinkerImage NONE = new LinkerImage(0, 0, 0, 0, 0);

    /** By device and inode. */
    private static final Map<String, LinkerImage> KNOWN = new ConcurrentHashMap<>();

    /** That of the linker which is mapped in a process at {@code base}; null if it can't be read or has no such function. */
    static @Nullable LinkerImage of(TargetProcess target, long base) throws AttachException {
        for (MemoryMapping mapping : target.mappings()) {
            if (mapping.start() == base && mapping.isFile()) {
                LinkerImage image = KNOWN.computeIfAbsent(
                        mapping.device() + ":" + mapping.inode(), _ -> read(Path.of(target.root() + mapping.path())));
                return image.hook == 0 || image.debug == 0 ? null : image;
            }
        }
        return null;
    }

    private static LinkerImage read(Path path) {
        try (ElfFile file = ElfFile.open(path)) {
            ElfSymbols symbols = file.dynamicSymbols();
            long hook = 0;
            long hookSize = 0;
            long debug = 0;
            for (int i = 0; i < symbols.size(); i++) {
                if (symbols.isDefined(i)) {
                    String name = symbols.name(i);
                    if (name.equals("_dl_debug_state")) {
                        hook = symbols.value(i);
                        hookSize = symbols.sizeBytes(i);
                    } else if (name.equals("_r_debug")) {
                        debug = symbols.value(i);
                    }
                }
            }
            for (Segment segment : file.segments()) {
                if (segment.isLoaded() && segment.isExecutable() && segment.contains(hook)) {
                    long end = segment.endAddress();
                    return new LinkerImage(hook, hookSize, debug, end, (end + PAGE - 1) & -PAGE);
                }
            }
            return NONE;
        } catch (ElfException e) {
            return NONE;
        }
    }
}
