package io.trapless.tracer.resolve;

import io.trapless.binary.elf.ElfException;
import io.trapless.binary.elf.ElfFile;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The ELF files of a session, each opened and read once however many processes map it. One thread at a time. */
public final class ImageFiles implements AutoCloseable {
    private final Map<Key, ImageFile> open = new HashMap<>();
    private final List<Path> debugFolders;

    public ImageFiles() {
        this(List.of());
    }

    /**
     * @param debugFolders where debugging information is looked for besides the usual places
     */
    public ImageFiles(List<Path> debugFolders) {
        this.debugFolders = List.copyOf(debugFolders);
    }

    /** A file is known by what the kernel knows it by. */
    private record Key(long device, long inode, String path) {}

    /**
     * Opens a file, or gives the one that is open already.
     *
     * @param path the name that opens it
     * @param shownPath its name for the user, part of what makes it the same file
     */
    ImageFile open(Path path, long device, long inode, String shownPath, Path root) throws ElfException {
        Key key = new Key(device, inode, shownPath);
        ImageFile known = open.get(key);
        if (known == null) {
            known = new ImageFile(ElfFile.open(path), root, Path.of(shownPath), debugFolders);
            open.put(key, known);
        }
        return known;
    }

    /** Opens a file of this machine, whoever maps it. */
    public ImageFile open(Path path) throws ElfException {
        return open(path, 0, 0, path.toAbsolutePath().normalize().toString(), Path.of("/"));
    }

    @Override
    public void close() {
        open.values().forEach(ImageFile::close);
        open.clear();
    }
}
