package io.trapless.tracer.resolve;

import io.trapless.binary.elf.ByteView;
import io.trapless.binary.elf.ElfException;
import io.trapless.binary.elf.ElfFile;
import io.trapless.binary.elf.Segment;
import io.trapless.tracer.attach.MemoryMapping;
import io.trapless.tracer.attach.TargetProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Opens the files that a process has mapped and makes sure that they are those very files: by the kernel's own link to the mapping where that may be opened, else by path, when device and inode or the
 * build id in memory say so. Whatever way, the file's header and notes must be what stands in memory.
 */
final class ModuleOpener {
    private static final int ELF_HEADER_SIZE = 64;
    private static final long PAGE_MASK = -4096;

    private final TargetProcess target;
    private final ImageFiles files;
    private final Path root;
    private final boolean kernelLinks;

    /**
     * @param kernelLinks whether /proc/PID/map_files may be used; without privilege the kernel does not open them
     */
    ModuleOpener(TargetProcess target, ImageFiles files, boolean kernelLinks) {
        this.kernelLinks = kernelLinks;
        this.target = target;
        this.files = files;
        this.root = Path.of(target.root());
    }

    /** The path without links, as the target sees it; null if there is no such file. */
    @Nullable String canonical(String path) {
        return TargetPaths.canonical(root, path);
    }

    /** The mapped path of the program itself if a bare name is that of its command (which may be a link to it); else null. */
    @Nullable String mainProgram(String bareName) {
        List<String> command = target.commandLine();
        if (command.isEmpty() || !ModuleNames.fileName(command.getFirst()).equals(bareName)) {
            return null;
        }
        try {
            return Files.readSymbolicLink(Path.of(target.executable())).toString();
        } catch (IOException e) {
            return null;
        }
    }

    /** The program that a command of that name is, for the target as for the tracer's {@code PATH}; null if there is none. A program may have been renamed since it began, or be a link to one of another name. */
    @Nullable String programOfSearchPath(String bareName) {
        String folders = System.getenv("PATH");
        for (String folder : (folders == null ? "" : folders).split(":", -1)) {
            if (folder.startsWith("/")) {
                String path = folder + "/" + bareName;
                if (Files.isExecutable(TargetPaths.below(root, path))) {
                    return path;
                }
            }
        }
        return null;
    }

    /** Whether a path leads to a mapped file by another name (hard link, bind mount). */
    boolean isSame(MappedFile file, String path) {
        return hasIdentity(TargetPaths.below(root, path), file);
    }

    /** Whether a path as the tracer sees it leads to a mapped file, which the target may see elsewhere: it lives in a container. */
    boolean isHere(MappedFile file, String path) {
        return hasIdentity(Path.of(path), file);
    }

    /** The module once for every place where its code is loaded; nearly always once. */
    List<ModuleImage> open(MappedFile mapped) throws ElfException, ResolveException {
        Path exact = exactLink(mapped);
        if (exact == null && mapped.deleted()) {
            throw replaced(mapped);
        }
        Path path = exact != null ? exact : TargetPaths.below(root, mapped.path());
        boolean sure = exact != null || hasIdentity(path, mapped);
        if (!sure && !Files.exists(path)) {
            throw replaced(mapped);
        }
        ImageFile file = files.open(path, mapped.device(), mapped.inode(), mapped.path(), root);
        List<ModuleImage> images = new ArrayList<>();
        Set<Long> biases = new TreeSet<>();
        for (MemoryMapping code : mapped.code()) {
            Segment segment = segmentOf(file.elf(), code);
            if (segment != null && biases.add(bias(segment, code))) {
                images.add(image(mapped, file, bias(segment, code), sure));
            }
        }
        if (images.isEmpty()) {
            throw replaced(mapped);
        }
        return images;
    }

    private ModuleImage image(MappedFile mapped, ImageFile file, long bias, boolean sure)
            throws ElfException, ResolveException {
        boolean sameBuild = agreesWithMemory(file.elf(), bias);
        if (!sameBuild || (!sure && file.buildId() == null)) {
            throw replaced(mapped);
        }
        long start = Long.MAX_VALUE;
        long end = 0;
        for (MemoryMapping code : mapped.code()) {
            Segment segment = segmentOf(file.elf(), code);
            if (segment != null && bias(segment, code) == bias) {
                start = Math.min(start, code.start());
                end = Math.max(end, code.end());
            }
        }
        return new ModuleImage(mapped.path(), file, bias, start, end);
    }

    /** The kernel's link to the file of the mapping, or to the program: they lead to the very file, even to a deleted one. */
    private @Nullable Path exactLink(MappedFile mapped) {
        MemoryMapping code = mapped.code().getFirst();
        Path link = Path.of("/proc/" + target.pid() + "/map_files/" + Long.toHexString(code.start()) + "-"
                + Long.toHexString(code.end()));
        if (kernelLinks && Files.isReadable(link) && hasInode(link, mapped)) {
            return link;
        }
        Path program = Path.of(target.executable());
        return hasIdentity(program, mapped) ? program : null;
    }

    private static boolean hasInode(Path path, MappedFile mapped) {
        return attribute(path, "unix:ino") == mapped.inode();
    }

    /** The inode as the kernel shows it in the map; a stacked file system may show another one, or another device, than stat(2). */
    private static boolean hasIdentity(Path path, MappedFile mapped) {
        return hasInode(path, mapped) && attribute(path, "unix:dev") == mapped.device();
    }

    private static long attribute(Path path, String name) {
        try {
            return Files.getAttribute(path, name) instanceof Number number ? number.longValue() : -1;
        } catch (IOException e) {
            return -1;
        }
    }

    /** The loaded segment that a mapping shows; null if the file has none there. */
    private static @Nullable Segment segmentOf(ElfFile elf, MemoryMapping code) {
        for (Segment segment : elf.segments()) {
            if (segment.isLoaded()
                    && segment.isExecutable()
                    && code.offset() < segment.offset() + segment.fileSizeBytes()
                    && code.offset() >= (segment.offset() & PAGE_MASK)) {
                return segment;
            }
        }
        return null;
    }

    private static long bias(Segment segment, MemoryMapping code) {
        return code.start() - code.offset() + segment.offset() - segment.address();
    }

    /** Whether the header and the notes, of which the build id is one, are the same in memory. */
    private boolean agreesWithMemory(ElfFile elf, long bias) throws ElfException {
        for (Segment segment : elf.segments()) {
            boolean isHeader = segment.isLoaded() && segment.offset() == 0;
            if (isHeader && !sameBytes(elf, segment.address(), ELF_HEADER_SIZE, bias)) {
                return false;
            }
            // Notes lie in a loaded segment; a tool that moved them out of it has left an address of no use.
            if (segment.isNote()
                    && isLoaded(elf, segment)
                    && !sameBytes(elf, segment.address(), segment.fileSizeBytes(), bias)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isLoaded(ElfFile elf, Segment part) {
        return elf.segments().stream()
                .anyMatch(segment -> segment.isLoaded()
                        && segment.containsInFile(part.address())
                        && segment.containsInFile(part.address() + part.fileSizeBytes() - 1));
    }

    private boolean sameBytes(ElfFile elf, long address, long sizeBytes, long bias) throws ElfException {
        ByteView expected = elf.readAt(address, sizeBytes);
        byte[] actual = new byte[expected.size()];
        int got = target.tryReadMemory(address + bias, actual, 0, actual.length);
        return got == actual.length && Arrays.equals(actual, expected.toByteArray());
    }

    private ResolveException replaced(MappedFile mapped) {
        return new ResolveException(
                RefusalReason.MODULE_REPLACED,
                mapped.path() + " was replaced or deleted after process " + target.pid()
                        + " had mapped it: restart the process");
    }
}
