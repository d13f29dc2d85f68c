package io.trapless.binary.symbol;

import io.trapless.binary.elf.EhFrame;
import io.trapless.binary.elf.ElfException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes one {@link Function} of all symbols at one address, and gives sizes to those without. One thread, once. */
final class FunctionMerger {
    private final SymbolReader reader;
    private @Nullable EhFrame frame;

    FunctionMerger(SymbolReader reader) {
        this.reader = reader;
    }

    /** All functions by address. */
    List<Function> merge() throws ElfException {
        RawSymbol[] symbols = reader.found().toArray(RawSymbol[]::new);
        java.util.Arrays.sort(symbols, Comparator.comparingLong(RawSymbol::address));
        List<Function> functions = new ArrayList<>(symbols.length);
        long coveredTo = 0;
        for (int from = 0; from < symbols.length; ) {
            long address = symbols[from].address();
            int to = from + 1;
            while (to < symbols.length && symbols[to].address() == address) {
                to++;
            }
            Function function = mergeGroup(symbols, from, to, coveredTo);
            if (function != null) {
                functions.add(function);
                coveredTo = Math.max(coveredTo, function.endAddress());
            }
            from = to;
        }
        return List.copyOf(functions);
    }

    /** Null for a label that lies inside a function. */
    private @Nullable Function mergeGroup(RawSymbol[] symbols, int from, int to, long coveredTo) throws ElfException {
        RawSymbol best = symbols[from];
        long sizeBytes = best.sizeBytes();
        boolean indirect = best.kind() == Function.Kind.IFUNC;
        for (int i = from + 1; i < to; i++) {
            RawSymbol symbol = symbols[i];
            sizeBytes = Math.max(sizeBytes, symbol.sizeBytes());
            indirect |= symbol.kind() == Function.Kind.IFUNC;
            int difference = symbol.rank() - best.rank();
            if (difference < 0 || (difference == 0 && symbol.name().compareTo(best.name()) < 0)) {
                best = symbol;
            }
        }
        long address = best.address();
        if (best.kind() == Function.Kind.NOTYPE && (address < coveredTo || isInsideFrame(address))) {
            return null;
        }
        if (sizeBytes == 0) {
            sizeBytes = derivedSize(address, to < symbols.length ? symbols[to].address() : Long.MAX_VALUE);
        }
        Function.Kind kind = indirect ? Function.Kind.IFUNC : best.kind();
        return new Function(
                best.fullName(),
                address,
                sizeBytes,
                kind,
                best.binding(),
                best.version(),
                to - from == 1 ? List.of() : aliases(symbols, from, to, best.fullName()));
    }

    private static List<String> aliases(RawSymbol[] symbols, int from, int to, String name) {
        List<String> names = new ArrayList<>(to - from);
        for (int i = from; i < to; i++) {
            String other = symbols[i].fullName();
            if (!other.equals(name) && !names.contains(other)) {
                names.add(other);
            }
        }
        Collections.sort(names);
        return names;
    }

    private boolean isInsideFrame(long address) throws ElfException {
        EhFrame.Fde covering = frame().covering(address);
        return covering != null && covering.start() != address;
    }

    /** To the end of its unwind entry, else to the next symbol or the end of the section. */
    private long derivedSize(long address, long nextSymbol) throws ElfException {
        EhFrame.Fde covering = frame().covering(address);
        long end = covering != null ? covering.end() : reader.codeEnd(address);
        return Math.max(0, Math.min(end, nextSymbol) - address);
    }

    private EhFrame frame() throws ElfException {
        EhFrame known = frame;
        if (known == null) {
            known = reader.image().ehFrame();
            frame = known;
        }
        return known;
    }
}
