package io.trapless.binary.elf;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;
import org.tukaani.xz.XZInputStream;

/**
 * Where a stripped file's symbols are kept (GDB manual, "Debugging Information in Separate Files" and "MiniDebugInfo"): compressed inside it, or in a file of the same
 * build id or checksum under the debug directory.
 */
public final class DebugFiles {
    /** Where distributions put separate debug files. */
    public static final Path SYSTEM_DEBUG_DIRECTORY = Path.of("/usr/lib/debug");

    private static final int XZ_MEMORY_KIB = 128 * 1024;
    private static final int MAX_UNPACKED_BYTES = 256 * 1024 * 1024;
    /** What may stand in .gnu_debuglink: no folder, and nothing that the file system's encoding could choke on. */
    private static final Pattern PLAIN_FILE_NAME = Pattern.compile("[\\x21-\\x7E&&[^/]]{1,255}");

    private static final int MIN_BUILD_ID_DIGITS = 4;

    private DebugFiles() {}

    /** The symbols packed into .gnu_debugdata; null if the file has none. */
    public static @Nullable ElfFile miniDebugInfo(ElfFile file) throws ElfException {
        Section section = file.section(".gnu_debugdata");
        if (section == null || section.isNoBits()) {
            return null;
        }
        byte[] packed = file.read(section).bytes();
        try (InputStream unpacking = new XZInputStream(new ByteArrayInputStream(packed), XZ_MEMORY_KIB)) {
            byte[] unpacked = unpacking.readNBytes(MAX_UNPACKED_BYTES + 1);
            if (unpacked.length > MAX_UNPACKED_BYTES) {
                throw new ElfException(ElfError.TOO_LARGE, ".gnu_debugdata");
            }
            return ElfFile.parseDebugFile(unpacked);
        } catch (ElfException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            // A damaged stream may also surface as an unchecked exception of the decompressor.
            ElfException error = new ElfException(ElfError.BAD_DEBUG_DATA, e.toString());
            error.initCause(e);
            throw error;
        }
    }

    /**
     * The separate debug file that belongs to a file: by build id, else by .gnu_debuglink with its CRC. One that does not belong (another build) is passed over.
     *
     * @param root the directory that the target sees as {@code /}
     * @param imagePath where the target sees the file, absolute; a link's folders are counted from it
     * @return an open file, or null
     */
    public static @Nullable ElfFile separate(ElfFile file, Path root, Path imagePath) throws ElfException {
        return separate(file, root, imagePath, List.of());
    }

    /**
     * The same, in other folders first.
     *
     * @param folders of this machine; one that is relative counts from the file's own
     */
    public static @Nullable ElfFile separate(ElfFile file, Path root, Path imagePath, List<Path> folders)
            throws ElfException {
        for (Path folder : folders) {
            ElfFile found = in(folder, file, root, imagePath);
            if (found != null) {
                return found;
            }
        }
        Path debugDirectory = under(root, SYSTEM_DEBUG_DIRECTORY);
        String buildId = file.buildId();
        if (buildId != null && buildId.length() > MIN_BUILD_ID_DIGITS) {
            Path candidate = debugDirectory.resolve(
                    ".build-id/" + buildId.substring(0, 2) + "/" + buildId.substring(2) + ".debug");
            ElfFile found = openIfSameBuild(candidate, buildId);
            if (found != null) {
                return found;
            }
        }
        return byDebugLink(file, root, imagePath);
    }

    /** By the name that .gnu_debuglink gives, or else by the file's own with .debug behind it; it must be of the same build. */
    private static @Nullable ElfFile in(Path folder, ElfFile file, Path root, Path imagePath) throws ElfException {
        Path own = imagePath.getParent();
        Path base =
                own == null || folder.isAbsolute() ? folder : under(root, own).resolve(folder);
        String buildId = file.buildId();
        Section link = file.section(".gnu_debuglink");
        List<String> names = new ArrayList<>();
        if (buildId != null && buildId.length() > MIN_BUILD_ID_DIGITS) {
            names.add(".build-id/" + buildId.substring(0, 2) + "/" + buildId.substring(2) + ".debug");
        }
        ByteView linked = link == null || link.isNoBits() ? null : file.read(link);
        String name = linked == null ? imagePath.getFileName() + ".debug" : linked.string(0);
        if (PLAIN_FILE_NAME.matcher(name).matches()) {
            names.add(name);
        }
        for (String each : names) {
            Path candidate = base.resolve(each);
            if (buildId != null) {
                ElfFile found = openIfSameBuild(candidate, buildId);
                if (found != null) {
                    return found;
                }
            } else if (linked != null
                    && Files.isRegularFile(candidate)
                    && crcOf(candidate) == linked.s32((name.length() + 1 + 3) & ~3)) {
                return ElfFile.openDebugFile(candidate);
            }
        }
        return null;
    }

    private static @Nullable ElfFile byDebugLink(ElfFile file, Path root, Path imagePath) throws ElfException {
        Section section = file.section(".gnu_debuglink");
        Path directory = imagePath.getParent();
        if (section == null || section.isNoBits() || directory == null) {
            return null;
        }
        ByteView link = file.read(section);
        String name = link.string(0);
        if (!PLAIN_FILE_NAME.matcher(name).matches()) {
            return null;
        }
        int crc = link.s32((name.length() + 1 + 3) & ~3);
        List<Path> candidates = List.of(
                under(root, directory).resolve(name),
                under(root, directory).resolve(".debug").resolve(name),
                under(under(root, SYSTEM_DEBUG_DIRECTORY), directory).resolve(name));
        for (Path candidate : candidates) {
            if (Files.isRegularFile(candidate) && crcOf(candidate) == crc) {
                return ElfFile.openDebugFile(candidate);
            }
        }
        return null;
    }

    private static @Nullable ElfFile openIfSameBuild(Path candidate, String buildId) {
        if (!Files.isRegularFile(candidate)) {
            return null;
        }
        try {
            ElfFile found = ElfFile.openDebugFile(candidate);
            if (buildId.equals(found.buildId())) {
                return found;
            }
            found.close();
        } catch (ElfException e) {
            // A damaged debug file is as good as none: the program itself is still traced.
        }
        return null;
    }

    private static int crcOf(Path candidate) {
        CRC32 crc = new CRC32();
        byte[] chunk = new byte[1 << 16];
        try (InputStream in = Files.newInputStream(candidate)) {
            for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
                crc.update(chunk, 0, n);
            }
        } catch (IOException e) {
            return 0;
        }
        return (int) crc.getValue();
    }

    private static Path under(Path root, Path absolute) {
        Path top = absolute.getRoot();
        return top == null ? root.resolve(absolute) : root.resolve(top.relativize(absolute));
    }
}
