package io.trapless.tracer.debuginfo;

import io.trapless.binary.dwarf.DwarfException;
import io.trapless.binary.dwarf.DwarfFile;
import io.trapless.binary.dwarf.DwarfFunction;
import io.trapless.binary.dwarf.DwarfType;
import io.trapless.binary.dwarf.Parameter;
import io.trapless.binary.dwarf.ParameterPlace;
import io.trapless.binary.elf.ElfException;
import io.trapless.binary.symbol.NamedAddresses.NamedAddress;
import io.trapless.language.checked.CheckOptions;
import io.trapless.language.checked.CheckOptions.NamedArgument;
import io.trapless.language.checked.CheckOptions.Parameters;
import io.trapless.language.slice.ArgumentTypes;
import io.trapless.language.syntax.AttachPoint;
import io.trapless.language.syntax.ProbePattern;
import io.trapless.language.types.StructLayout;
import io.trapless.language.types.Type;
import io.trapless.tracer.attach.AttachException;
import io.trapless.tracer.attach.TargetProcess;
import io.trapless.tracer.resolve.ImageFile;
import io.trapless.tracer.resolve.ImageFiles;
import io.trapless.tracer.resolve.Resolution;
import io.trapless.tracer.resolve.Resolver;
import io.trapless.tracer.resolve.Site;
import io.trapless.tracer.resolve.SiteKind;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What debugging information tells of the sites of a program's probes. It is looked for when it is first asked for; a program that does not ask needs none, and no libdw. One thread at a time; types that it gave may be asked for their
 * fields until it is closed.
 */
public final class DebugFacts implements CheckOptions.SiteFacts, AutoCloseable {
    private final ImageFiles files;
    private final @Nullable Integer pid;
    private final Map<String, Resolution> resolutions = new HashMap<>();
    private final Map<ImageFile, LanguageTypes> types = new HashMap<>();

    /**
     * @param pid the process whose modules are meant, or null for those of this system
     * @param debugFolders where debugging information is looked for besides the usual places
     */
    public DebugFacts(@Nullable Integer pid, List<Path> debugFolders) {
        this.pid = pid;
        this.files = new ImageFiles(debugFolders);
    }

    @Override
    public void close() {
        files.close();
    }

    @Override
    public ArgumentTypes argumentTypes(ProbePattern pattern) {
        return new ArgumentTypes.Unknown();
    }

    private Resolution resolve(ProbePattern pattern) {
        return resolutions.computeIfAbsent(pattern.text(), _ -> search(pattern));
    }

    private Resolution search(ProbePattern pattern) {
        Integer process = pid;
        if (process != null) {
            try (TargetProcess target = TargetProcess.open(process)) {
                return Resolver.forProcess(target, files).resolve(pattern);
            } catch (AttachException e) {
                return new Resolution(List.of(), List.of());
            }
        }
        return Resolver.forSystem(files, 0).resolve(pattern);
    }

    /** Of several functions, the parameters that all have, in the same place and of the same type. */
    @Override
    public Parameters parameters(AttachPoint point) {
        if (!(point instanceof AttachPoint.Sites(ProbePattern pattern))) {
            return new Parameters.Unknown("it is no function of a program");
        }
        Resolution resolution = resolve(pattern);
        if (resolution.sites().isEmpty()) {
            return new Parameters.Unknown(
                    resolution.refusals().isEmpty()
                            ? "there is no such function"
                            : resolution.refusals().getFirst().sentence());
        }
        List<NamedArgument> common = null;
        for (Site site : resolution.sites()) {
            if (!(parameters(site) instanceof Parameters.Known(List<NamedArgument> own))) {
                return parameters(site);
            }
            if (common == null) {
                common = new ArrayList<>(own);
            } else {
                common.retainAll(own);
            }
        }
        return new Parameters.Known(common == null ? List.of() : common);
    }

    private Parameters parameters(Site site) {
        try {
            DwarfFunction function = function(site);
            if (function == null) {
                return new Parameters.Unknown(withoutFunction(site));
            }
            LanguageTypes language =
                    types(site.module().file(), site.module().file().dwarf());
            List<NamedArgument> all = new ArrayList<>();
            for (Parameter parameter : function.parameters()) {
                all.add(argument(parameter, language));
            }
            return new Parameters.Known(all);
        } catch (DwarfException e) {
            return new Parameters.Unknown(e.sentence());
        }
    }

    private static String withoutFunction(Site site) throws DwarfException {
        if (site.kind() != SiteKind.ENTRY) {
            return "arguments have names where a function is entered, and not at an instruction of it";
        }
        return "the debugging information of " + site.module().path() + " does not have the function of '"
                + site.probe()
                + "'"
                + (site.module().file().dwarf().hasMissingParts()
                        ? ", and parts of it are missing: put its .dwo files where they were built"
                        : ": build its source with -g");
    }

    private static @Nullable DwarfFunction function(Site site) throws DwarfException {
        if (site.inlined() != null) {
            return site.inlined().function();
        }
        return site.kind() == SiteKind.ENTRY ? site.module().file().dwarf().functionAt(site.fileAddress()) : null;
    }

    /** The parameters of a probe's function as they are declared, {@code const char* name}; empty if nothing tells. */
    public List<String> declarations(ProbePattern pattern) {
        for (Site site : resolve(pattern).sites()) {
            try {
                DwarfFunction function = function(site);
                if (function != null) {
                    return function.parameters().stream()
                            .map(p -> (p.declared() + " " + p.name()).strip())
                            .toList();
                }
            } catch (DwarfException e) {
                return List.of();
            }
        }
        return List.of();
    }

    private static NamedArgument argument(Parameter parameter, LanguageTypes types) {
        Type type = types.of(parameter.type());
        return switch (parameter.place()) {
            case ParameterPlace.Words words -> new NamedArgument(parameter.name(), type, words.first(), "");
            case ParameterPlace.Elsewhere(String reason) ->
                new NamedArgument(parameter.name(), type, NamedArgument.UNREADABLE, reason);
        };
    }

    private LanguageTypes types(ImageFile file, DwarfFile dwarf) {
        return types.computeIfAbsent(file, _ -> new LanguageTypes(dwarf));
    }

    /** Looks into the modules of a probe until one has what is wanted. */
    private interface Search<T> {
        @Nullable T in(DwarfFile dwarf, LanguageTypes types);
    }

    private <T> @Nullable T first(AttachPoint point, Search<T> search) {
        for (ImageFile file : modules(point)) {
            T found = search(file, search);
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    private <T> @Nullable T search(ImageFile file, Search<T> search) {
        try {
            DwarfFile dwarf = file.dwarf();
            return search.in(dwarf, types(file, dwarf));
        } catch (DwarfException e) {
            return null; // withoutTypes() has the reason
        }
    }

    private List<ImageFile> modules(AttachPoint point) {
        if (!(point instanceof AttachPoint.Sites(ProbePattern pattern))) {
            return List.of();
        }
        Map<ImageFile, Boolean> modules = new LinkedHashMap<>();
        resolve(pattern).sites().forEach(site -> modules.put(site.module().file(), true));
        return List.copyOf(modules.keySet());
    }

    @Override
    public @Nullable String withoutTypes(AttachPoint point) {
        for (ImageFile file : modules(point)) {
            try {
                file.dwarf();
            } catch (DwarfException e) {
                return "it is not defined in the program, and " + e.sentence();
            }
        }
        return null;
    }

    @Override
    public @Nullable StructLayout struct(AttachPoint point, String name) {
        boolean union = name.startsWith("union ");
        String bare = name.substring(name.indexOf(' ') + 1);
        return first(point, (dwarf, language) -> {
            DwarfType.Struct struct = dwarf.struct(bare, union);
            return struct != null && language.of(struct) instanceof Type.Struct(StructLayout layout) ? layout : null;
        });
    }

    @Override
    public @Nullable Type typedef(AttachPoint point, String name) {
        return first(point, (dwarf, language) -> {
            DwarfType type = dwarf.typedef(name);
            return type == null ? null : language.of(type);
        });
    }

    @Override
    public int symbolSize(AttachPoint point, String symbol) {
        for (ImageFile file : modules(point)) {
            NamedAddress known = named(file, symbol);
            if (known != null) {
                return (int) Math.min(known.sizeBytes(), Integer.MAX_VALUE);
            }
        }
        return -1;
    }

    private static @Nullable NamedAddress named(ImageFile file, String symbol) {
        try {
            return file.namedAddresses().of(symbol);
        } catch (ElfException e) {
            return null; // whoever binds its sites says so
        }
    }

    @Override
    public Type.@Nullable Enumeration enumeration(AttachPoint point, String name) {
        String bare = name.substring(name.indexOf(' ') + 1);
        return first(point, (dwarf, language) -> {
            DwarfType.Enumeration enumeration = dwarf.enumeration(bare);
            return enumeration == null ? null : language.enumeration(enumeration);
        });
    }
}
