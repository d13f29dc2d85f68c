package io.trapless.tracer.resolve;

import io.trapless.binary.dwarf.DwarfException;
import io.trapless.binary.dwarf.InlinedInstance;
import io.trapless.binary.dwarf.LineMatch;
import io.trapless.binary.elf.ElfException;
import io.trapless.binary.symbol.Function;
import io.trapless.binary.symbol.Glob;
import io.trapless.binary.symbol.SymbolTable;
import io.trapless.language.syntax.ProbeTarget;
import io.trapless.language.syntax.ProbeTarget.Language;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Collects the sites of one function pattern over modules; a place that several names lead to is one site, by its first name. One thread, once. */
final class SiteCollector {
    private final Modules modules;
    private final ModuleNames moduleName;
    private final FunctionPattern pattern;
    private final SiteKind kind;
    private final List<Refusal> refusals;
    private final Map<Place, Site> sites = new LinkedHashMap<>();

    private record Place(String module, long address) {}

    SiteCollector(Modules modules, ModuleNames moduleName, FunctionPattern pattern, List<Refusal> refusals) {
        this.modules = modules;
        this.moduleName = moduleName;
        this.pattern = pattern;
        this.kind = pattern.returns() ? SiteKind.EXITS : SiteKind.ENTRY;
        this.refusals = refusals;
    }

    boolean isEmpty() {
        return sites.isEmpty();
    }

    List<Site> sites() {
        return List.copyOf(sites.values());
    }

    /** A path that the user typed is shown as it was typed; else the module's own. */
    static String shownModule(ModuleNames name, ModuleImage module) {
        return name.isPath() && !name.isWild() ? name.text() : module.path();
    }

    void collect(ModuleImage module) throws ElfException {
        switch (pattern.target()) {
            case ProbeTarget.Function function -> entries(module, function);
            case ProbeTarget.FunctionOffset offset -> offsets(module, offset);
            case ProbeTarget.Address address -> address(module, address.address());
            case ProbeTarget.SourceLine line -> line(module, line);
        }
    }

    private void entries(ModuleImage module, ProbeTarget.Function target) throws ElfException {
        for (FunctionLookup.Match match :
                FunctionLookup.find(module.file().symbols(), target.pattern(), target.language())) {
            String probe = text(module, new ProbeTarget.Function(match.name(), match.language()));
            Function function = match.function();
            if (pattern.returns() && function.isPart()) {
                continue; // its exits are those of the function that it is a part of
            }
            if (function.kind() == Function.Kind.IFUNC) {
                Function chosen = implementation(module, function, probe);
                if (chosen != null) {
                    add(probe, module, chosen.address(), kind, chosen);
                }
            } else {
                add(probe, module, function.address(), kind, function);
            }
        }
        if (!Glob.isWild(target.pattern())) {
            inlined(module, target);
        }
    }

    /** Where the function stands in others. */
    private void inlined(ModuleImage module, ProbeTarget.Function target) throws ElfException {
        List<InlinedInstance> instances = module.file().inlined(target.pattern());
        if (instances.isEmpty()) {
            return;
        }
        String probe = text(module, target);
        if (pattern.returns()) {
            refuse(
                    probe,
                    RefusalReason.INLINED,
                    instances.size() + " inlined instances of it have no return; probe their entries with uprobe");
            return;
        }
        for (InlinedInstance instance : instances) {
            long address = instance.address() + module.loadBias();
            Function function = module.file().symbols().covering(instance.address());
            if (module.file().elf().isCode(instance.address()) && module.containsCode(address)) {
                sites.putIfAbsent(
                        new Place(module.path(), address),
                        new Site(
                                probe,
                                module,
                                instance.address(),
                                address,
                                SiteKind.INLINED,
                                function,
                                null,
                                instance));
            }
        }
    }

    private void line(ModuleImage module, ProbeTarget.SourceLine target) throws ElfException {
        String probe = text(module, target);
        LineMatch match;
        try {
            match = module.file().dwarf().line(target.file(), target.line(), target.column());
        } catch (DwarfException e) {
            refuse(probe, RefusalReason.NO_DEBUG_INFO, "a source line can't be looked up: " + e.sentence());
            return;
        }
        if (match.addresses().isEmpty() || match.files().size() > 1) {
            refuse(probe, RefusalReason.NO_SUCH_LINE, LineHints.sentence(target, match, module.path()));
            return;
        }
        for (long address : match.addresses()) {
            if (module.file().elf().isCode(address) && module.containsCode(address + module.loadBias())) {
                add(
                        probe,
                        module,
                        address,
                        SiteKind.ADDRESS,
                        module.file().symbols().covering(address));
            }
        }
    }

    private void offsets(ModuleImage module, ProbeTarget.FunctionOffset target) throws ElfException {
        Language language = target.language();
        for (FunctionLookup.Match match : FunctionLookup.find(module.file().symbols(), target.pattern(), language)) {
            String probe =
                    text(module, new ProbeTarget.FunctionOffset(match.name(), match.language(), target.offsetBytes()));
            Function function = match.function();
            if (function.kind() == Function.Kind.IFUNC) {
                function = implementation(module, function, probe);
            }
            if (function == null) {
                continue;
            }
            if (Long.compareUnsigned(target.offsetBytes(), function.sizeBytes()) >= 0) {
                refuse(
                        probe,
                        RefusalReason.OFFSET_OUTSIDE_FUNCTION,
                        "Offset outside the function bounds ('" + match.name() + "' size is " + function.sizeBytes()
                                + "): give a smaller offset");
            } else {
                add(probe, module, function.address() + target.offsetBytes(), SiteKind.OFFSET, function);
            }
        }
    }

    private void address(ModuleImage module, long address) throws ElfException {
        String probe = text(module, new ProbeTarget.Address(address));
        boolean mapped = module.containsCode(address + module.loadBias());
        if (module.file().elf().isCode(address) && mapped) {
            Function function = module.file().symbols().covering(address);
            if (pattern.returns()) {
                exitsAt(module, address, probe, function);
                return;
            }
            add(probe, module, address, SiteKind.ADDRESS, function);
        } else {
            refuse(
                    probe,
                    RefusalReason.NOT_CODE,
                    "0x" + Long.toHexString(address) + " is not in the code of " + module.path()
                            + ": give an address as nm or objdump show it");
        }
    }

    private void exitsAt(ModuleImage module, long address, String probe, @Nullable Function function) {
        if (function != null && function.address() == address) {
            add(probe, module, address, SiteKind.EXITS, function);
        } else {
            refuse(
                    probe,
                    RefusalReason.NO_SUCH_FUNCTION,
                    "no function is known to begin at 0x" + Long.toHexString(address)
                            + ": give a function's name or its first address");
        }
    }

    /** The function that an IFUNC symbol means in this process; null, with a refusal, if that cannot be told. */
    private @Nullable Function implementation(ModuleImage module, Function resolver, String probe) throws ElfException {
        long address = modules.implementationOf(module, resolver);
        if (address == Modules.UNKNOWN) {
            refuse(
                    probe,
                    RefusalReason.IFUNC_UNBOUND,
                    resolver.name() + " is chosen when a process first uses it (IFUNC), and none has been chosen"
                            + " here: name an implementation");
            return null;
        }
        SymbolTable symbols = module.file().symbols();
        long fileAddress = address - module.loadBias();
        Function function = symbols.covering(fileAddress);
        return function != null && function.address() == fileAddress
                ? function
                : unnamed(module, resolver, fileAddress);
    }

    /** An implementation without a symbol of its own, as in a stripped C library: its size is that of its unwind entry. */
    private static Function unnamed(ModuleImage module, Function resolver, long fileAddress) throws ElfException {
        var entry = module.file().elf().ehFrame().covering(fileAddress);
        long sizeBytes = entry == null ? 0 : entry.end() - fileAddress;
        return new Function(
                resolver.name(),
                fileAddress,
                sizeBytes,
                Function.Kind.FUNC,
                resolver.binding(),
                resolver.version(),
                resolver.aliases());
    }

    private String text(ModuleImage module, ProbeTarget target) {
        return pattern.text(shownModule(moduleName, module), target);
    }

    private void add(String probe, ModuleImage module, long fileAddress, SiteKind kind, @Nullable Function function) {
        long address = fileAddress + module.loadBias();
        sites.putIfAbsent(
                new Place(module.path(), address),
                new Site(probe, module, fileAddress, address, kind, function, null, null));
    }

    private void refuse(String probe, RefusalReason reason, String sentence) {
        refusals.add(new Refusal(probe, reason, sentence));
    }
}
