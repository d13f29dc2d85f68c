package io.trapless.tracer.resolve;

import io.trapless.binary.elf.ElfException;
import io.trapless.binary.sdt.UsdtProbe;
import io.trapless.binary.symbol.Function;
import io.trapless.binary.symbol.Glob;
import io.trapless.binary.symbol.SimilarNames;
import io.trapless.binary.symbol.SymbolTable;
import io.trapless.language.syntax.ProbePattern;
import io.trapless.language.syntax.ProbeTarget;
import io.trapless.tracer.attach.AttachException;
import io.trapless.tracer.attach.TargetProcess;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Turns probe patterns into sites of one process or one file. It reads files and, of a process, memory; it stops nobody. One thread at a time; what it gives is valid as long as its
 * {@link ImageFiles} is open and the process has the same modules mapped.
 */
public final class Resolver {
    private static final int NAMES_TOLD = 3;

    private final Modules modules;

    private Resolver(Modules modules) {
        this.modules = modules;
    }

    /** Sites of a process, by the modules that it has mapped now. */
    public static Resolver forProcess(TargetProcess target, ImageFiles files) throws AttachException {
        return new Resolver(new ProcessModules(target, files, true));
    }

    /** As {@link #forProcess}, as if the kernel's own links to mapped files could not be opened. */
    static Resolver withoutKernelLinks(TargetProcess target, ImageFiles files) throws AttachException {
        return new Resolver(new ProcessModules(target, files, false));
    }

    /** Sites of a file; their addresses are the file's own. */
    public static Resolver forFile(Path path, ImageFiles files) throws ElfException {
        return new Resolver(new FileModules(path, files));
    }

    /**
     * Sites of the files of this system wherever they will be loaded.
     *
     * @param loadBias the bias of every module, for the sites' addresses
     */
    public static Resolver forSystem(ImageFiles files, long loadBias) {
        return new Resolver(new SystemModules(files, loadBias, System.getenv("PATH")));
    }

    /** All sites that a pattern means, and why others have none; never neither. */
    public Resolution resolve(ProbePattern pattern) {
        List<Refusal> refusals = new ArrayList<>();
        try {
            return switch (pattern) {
                case ProbePattern.Uprobe uprobe -> functions(FunctionPattern.of(uprobe), refusals);
                case ProbePattern.Usdt usdt -> usdt(usdt, refusals);
                case ProbePattern.Uretprobe uretprobe -> functions(FunctionPattern.of(uretprobe), refusals);
            };
        } catch (ResolveException e) {
            refusals.add(e.refusal(pattern.text()));
        } catch (InvalidPathException e) {
            refusals.add(new Refusal(
                    pattern.text(), RefusalReason.NO_SUCH_MODULE, "there is no file of that name: check the path"));
        }
        return new Resolution(List.of(), refusals);
    }

    /** The modules of a name that can be read; none if there is none. */
    public List<ModuleImage> modules(String name) {
        try {
            return modules.find(ModuleNames.of(name), new ArrayList<>());
        } catch (ResolveException _) {
            return List.of();
        }
    }

    private Resolution functions(FunctionPattern pattern, List<Refusal> refusals) throws ResolveException {
        ModuleNames name = ModuleNames.of(pattern.module());
        List<ModuleImage> found = modules.find(name, refusals);
        int passedOver = refusals.size();
        SiteCollector sites = new SiteCollector(modules, name, pattern, refusals);
        for (ModuleImage module : found) {
            try {
                sites.collect(module);
            } catch (ElfException e) {
                refusals.add(new Refusal(pattern.text(), RefusalReason.BAD_MODULE, e.sentence(module.path())));
            }
        }
        if (sites.isEmpty() && refusals.size() == passedOver) {
            refusals.add(noFunction(pattern, found));
        }
        return new Resolution(sites.sites(), refusals);
    }

    private static Refusal noFunction(FunctionPattern pattern, List<ModuleImage> searched) throws ResolveException {
        String wanted = switch (pattern.target()) {
            case ProbeTarget.Function function -> function.pattern();
            case ProbeTarget.FunctionOffset offset -> offset.pattern();
            case ProbeTarget.Address address -> address.text();
            case ProbeTarget.SourceLine line -> line.text();
        };
        TreeSet<String> near = new TreeSet<>();
        boolean anySymbols = false;
        try {
            for (ModuleImage module : searched) {
                SymbolTable symbols = module.file().symbols();
                anySymbols |= !symbols.functions().isEmpty();
                near.addAll(symbols.similarNames(wanted, NAMES_TOLD));
            }
        } catch (ElfException e) {
            throw new ResolveException(RefusalReason.BAD_MODULE, e.sentence(pattern.module()));
        }
        String place = searched.size() == 1
                ? searched.getFirst().path()
                : searched.size() + " modules that match '" + pattern.module() + "'";
        if (!anySymbols) {
            return new Refusal(
                    pattern.text(),
                    RefusalReason.NO_SYMBOLS,
                    place + " has no symbols: install its debug symbols, or give an address");
        }
        return new Refusal(
                pattern.text(),
                RefusalReason.NO_SUCH_FUNCTION,
                "no function '" + wanted + "' in " + place + hint(SimilarNames.find(near, wanted, NAMES_TOLD))
                        + (searched.stream().anyMatch(module -> module.file().needsLibrary())
                                ? "; if it was inlined, libdw can tell where: apt install libdw1"
                                : ""));
    }

    private static String hint(List<String> near) {
        return near.isEmpty() ? ": check the name" : ": did you mean " + String.join(", ", near) + "?";
    }

    private Resolution usdt(ProbePattern.Usdt pattern, List<Refusal> refusals) throws ResolveException {
        ModuleNames name = ModuleNames.of(pattern.module());
        List<ModuleImage> found = modules.find(name, refusals);
        int passedOver = refusals.size();
        Glob provider = Glob.of(pattern.provider().isEmpty() ? "*" : pattern.provider());
        Glob probeName = Glob.of(pattern.name());
        List<Site> sites = new ArrayList<>();
        TreeSet<String> others = new TreeSet<>();
        for (ModuleImage module : found) {
            try {
                for (UsdtProbe probe : module.file().usdtProbes()) {
                    if (provider.matches(probe.provider()) && probeName.matches(probe.name())) {
                        sites.add(usdtSite(name, pattern, module, probe));
                    } else {
                        others.add(probe.qualifiedName());
                    }
                }
            } catch (ElfException e) {
                refusals.add(new Refusal(pattern.text(), RefusalReason.BAD_MODULE, e.sentence(module.path())));
            }
        }
        if (sites.isEmpty() && refusals.size() == passedOver) {
            refusals.add(noUsdt(pattern, found, others));
        }
        return new Resolution(sites, refusals);
    }

    private static Site usdtSite(ModuleNames name, ProbePattern.Usdt pattern, ModuleImage module, UsdtProbe probe)
            throws ElfException {
        String text = new ProbePattern.Usdt(
                        SiteCollector.shownModule(name, module), probe.provider(), probe.name(), pattern.span())
                .text();
        Function function = module.file().symbols().covering(probe.address());
        return new Site(
                text,
                module,
                probe.address(),
                probe.address() + module.loadBias(),
                SiteKind.USDT,
                function,
                probe,
                null);
    }

    private static Refusal noUsdt(ProbePattern.Usdt pattern, List<ModuleImage> searched, Set<String> others) {
        String wanted = pattern.provider().isEmpty() ? pattern.name() : pattern.provider() + ":" + pattern.name();
        String place = searched.size() == 1
                ? searched.getFirst().path()
                : searched.size() + " modules that match '" + pattern.module() + "'";
        List<String> near = SimilarNames.find(others, wanted, NAMES_TOLD);
        String hint = others.isEmpty()
                ? ": there are no USDT probes at all"
                : ": did you mean "
                        + String.join(
                                ", ",
                                near.isEmpty()
                                        ? others.stream().limit(NAMES_TOLD).toList()
                                        : near) + "?";
        return new Refusal(
                pattern.text(), RefusalReason.NO_SUCH_USDT_PROBE, "no USDT probe '" + wanted + "' in " + place + hint);
    }
}
