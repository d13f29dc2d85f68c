package io.trapless.binary.symbol;

import io.trapless.binary.elf.ElfException;
import io.trapless.binary.elf.ElfFile;
import io.trapless.binary.elf.ElfSymbols;
import io.trapless.binary.elf.Section;
import io.trapless.binary.elf.Segment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Picks from symbol tables what may be a function of an image. One thread, once. */
final class SymbolReader {
    private final ElfFile image;
    private final long[] codeStarts;
    private final long[] codeEnds;
    private final List<RawSymbol> found = new ArrayList<>();

    SymbolReader(ElfFile image) {
        this.image = image;
        List<long[]> ranges = codeRanges(image);
        codeStarts = ranges.stream().mapToLong(range -> range[0]).toArray();
        codeEnds = ranges.stream().mapToLong(range -> range[1]).toArray();
    }

    /** Executable sections, or segments where there are no section headers. */
    private static List<long[]> codeRanges(ElfFile image) {
        List<long[]> ranges = new ArrayList<>();
        for (Section section : image.sections()) {
            if (section.isExecutable() && section.isAllocated()) {
                ranges.add(new long[] {section.address(), section.endAddress()});
            }
        }
        if (ranges.isEmpty()) {
            for (Segment segment : image.segments()) {
                if (segment.isLoaded() && segment.isExecutable()) {
                    ranges.add(new long[] {segment.address(), segment.endAddress()});
                }
            }
        }
        return ranges;
    }

    void add(ElfSymbols table) throws ElfException {
        for (int i = 1; i < table.size(); i++) {
            Function.Kind kind = RawSymbol.kindOf(table.type(i));
            if (kind == null || !table.isDefined(i) || table.isAbsolute(i)) {
                continue;
            }
            long address = table.value(i);
            if (!isCode(address)) {
                continue;
            }
            String name = table.name(i);
            if (name.isEmpty()) {
                continue;
            }
            addNamed(name, address, table, i, kind);
        }
    }

    /** A full symbol table has a version as part of the name: {@code name@@VERSION} is the default one. */
    private void addNamed(String name, long address, ElfSymbols table, int index, Function.Kind kind)
            throws ElfException {
        String version = table.version(index);
        boolean isDefault = table.isDefaultVersion(index);
        int at = version == null ? name.indexOf('@', 1) : -1;
        String plain = name;
        if (at > 0) {
            plain = name.substring(0, at);
            isDefault = name.startsWith("@@", at);
            version = name.substring(isDefault ? at + 2 : at + 1);
        }
        long sizeBytes = Math.max(0, Math.min(table.sizeBytes(index), codeEnd(address) - address));
        found.add(new RawSymbol(
                plain, address, sizeBytes, kind, RawSymbol.bindingOf(table.binding(index)), version, isDefault));
    }

    List<RawSymbol> found() {
        return found;
    }

    ElfFile image() {
        return image;
    }

    private boolean isCode(long address) {
        return codeEnd(address) != 0;
    }

    /** The end of the code range that an address lies in; 0 if in none. */
    long codeEnd(long address) {
        for (int i = 0; i < codeStarts.length; i++) {
            if (address >= codeStarts[i] && address < codeEnds[i]) {
                return codeEnds[i];
            }
        }
        return 0;
    }

    /** What Go's runtime knows of; not the mark at the beginning of the code. */
    void addGo() {
        GoFunctions go = GoFunctions.of(image);
        if (go == null) {
            return;
        }
        for (GoFunctions.CompiledFunction function : go.functions()) {
            boolean mark = function.name().startsWith("go") && function.name().endsWith("buildid");
            if (isCode(function.address()) && !mark) {
                found.add(new RawSymbol(
                        function.name(),
                        function.address(),
                        Math.min(function.sizeBytes(), codeEnd(function.address()) - function.address()),
                        Function.Kind.FUNC,
                        Function.Binding.LOCAL,
                        null,
                        false));
            }
        }
    }

    void addAll(@Nullable ElfFile file) throws ElfException {
        if (file != null) {
            add(file.symbols());
        }
    }
}
