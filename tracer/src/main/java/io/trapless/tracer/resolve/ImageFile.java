package io.trapless.tracer.resolve;

import io.trapless.binary.dwarf.DwarfException;
import io.trapless.binary.dwarf.DwarfFile;
import io.trapless.binary.dwarf.InlinedInstance;
import io.trapless.binary.elf.ElfException;
import io.trapless.binary.elf.ElfFile;
import io.trapless.binary.elf.ElfImage;
import io.trapless.binary.elf.Relocations;
import io.trapless.binary.flow.ImageView;
import io.trapless.binary.sdt.UsdtProbe;
import io.trapless.binary.sdt.UsdtProbes;
import io.trapless.binary.symbol.Function;
import io.trapless.binary.symbol.NamedAddresses;
import io.trapless.binary.symbol.SymbolTable;
import io.trapless.binary.unwind.FrameTable;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One ELF file and what has been read of it so far, shared by all processes that map it. One thread at a time; open until its {@link ImageFiles} is closed.
 */
public final class ImageFile {
    private final ElfFile elf;
    private final Path root;
    private final Path imagePath;
    private final List<Path> debugFolders;

    private @Nullable SymbolTable symbols;
    private @Nullable NamedAddresses namedAddresses;
    private @Nullable List<UsdtProbe> usdtProbes;
    private @Nullable List<ImageView.Section> code;
    private @Nullable ImageView view;
    private @Nullable FrameTable frames;
    private @Nullable Map<Long, Long> indirectSlots;
    private @Nullable DwarfFile dwarf;
    private @Nullable DwarfException noDwarf;
    private @Nullable Boolean hasDwarf;

    /**
     * @param root the directory under which separate debug files are looked for
     * @param imagePath the file's path below it
     * @param debugFolders where debugging information is looked for besides
     */
    ImageFile(ElfFile elf, Path root, Path imagePath, List<Path> debugFolders) {
        this.debugFolders = debugFolders;
        this.elf = elf;
        this.root = root;
        this.imagePath = imagePath;
    }

    public ElfFile elf() {
        return elf;
    }

    /** Lower-case hexadecimal; null if it has none. */
    public @Nullable String buildId() throws ElfException {
        return elf.buildId();
    }

    public SymbolTable symbols() throws ElfException {
        SymbolTable table = symbols;
        if (table == null) {
            table = SymbolTable.withDebugFiles(elf, root, imagePath);
            symbols = table;
        }
        return table;
    }

    /** Addresses by the names of data and functions; read once. */
    public NamedAddresses namedAddresses() throws ElfException {
        NamedAddresses names = namedAddresses;
        if (names == null) {
            names = NamedAddresses.withDebugFiles(elf, root, imagePath);
            namedAddresses = names;
        }
        return names;
    }

    public List<UsdtProbe> usdtProbes() throws ElfException {
        List<UsdtProbe> probes = usdtProbes;
        if (probes == null) {
            probes = UsdtProbes.read(elf);
            usdtProbes = probes;
        }
        return probes;
    }

    /** Its debugging information, opened when it is first asked for; it is closed with this. */
    public DwarfFile dwarf() throws DwarfException {
        if (noDwarf != null) {
            throw noDwarf;
        }
        DwarfFile known = dwarf;
        if (known == null) {
            try {
                known = DwarfFile.open(elf, root, imagePath, debugFolders);
                dwarf = known;
            } catch (DwarfException e) {
                noDwarf = e;
                throw e;
            }
        }
        return known;
    }

    /** Where functions of a name were inlined; empty if there is no debugging information, or no libdw to read it. */
    List<InlinedInstance> inlined(String name) {
        if (!DwarfFile.isLibraryThere() || !hasDwarf()) {
            return List.of();
        }
        try {
            return dwarf().inlined(name);
        } catch (DwarfException e) {
            return List.of();
        }
    }

    private boolean hasDwarf() {
        Boolean known = hasDwarf;
        if (known == null) {
            known = DwarfFile.isThere(elf, root, imagePath, debugFolders);
            hasDwarf = known;
        }
        return known;
    }

    /** Whether it has debugging information that can't be read because libdw is not installed. */
    boolean needsLibrary() {
        return !DwarfFile.isLibraryThere() && hasDwarf();
    }

    void close() {
        DwarfFile open = dwarf;
        if (open != null) {
            open.close();
        }
        elf.close();
    }

    /** The call frame information; read once. */
    public FrameTable frames() throws ElfException {
        FrameTable table = frames;
        if (table == null) {
            table = FrameTable.of(elf);
            frames = table;
        }
        return table;
    }

    /** The executable sections; read once. */
    public List<ImageView.Section> code() throws ElfException {
        List<ImageView.Section> sections = code;
        if (sections == null) {
            sections = ElfImage.executableSections(elf);
            code = sections;
        }
        return sections;
    }

    /** The image for the control-flow analysis; made once. */
    public ImageView view() throws ElfException {
        ImageView image = view;
        if (image == null) {
            long[] parts = symbols().functions().stream()
                    .filter(Function::isPart)
                    .mapToLong(Function::address)
                    .toArray();
            image = ElfImage.of(elf, symbols().codeRanges(), parts);
            view = image;
        }
        return image;
    }

    /** The slot that gets the implementation chosen by an IFUNC symbol's resolver; null if this file has no such slot. */
    @Nullable Long indirectSlot(Function resolver) throws ElfException {
        Map<Long, Long> slots = indirectSlots;
        if (slots == null) {
            slots = new HashMap<>();
            for (Relocations.IndirectSlot slot : elf.relocations().indirectSlots()) {
                slots.putIfAbsent(slot.resolver(), slot.slot());
            }
            indirectSlots = slots;
        }
        return slots.get(resolver.address());
    }
}
