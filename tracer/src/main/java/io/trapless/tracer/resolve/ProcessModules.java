package io.trapless.tracer.resolve;

import io.trapless.binary.elf.ElfError;
import io.trapless.binary.elf.ElfException;
import io.trapless.binary.symbol.Function;
import io.trapless.binary.symbol.SimilarNames;
import io.trapless.tracer.attach.AttachException;
import io.trapless.tracer.attach.TargetProcess;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The files of which a process has mapped code, opened when they are first meant. The memory map is that of the moment when this was made. */
final class ProcessModules implements Modules {
    private static final int MODULES_TOLD = 8;

    private final TargetProcess target;
    private final List<MappedFile> mapped;
    private final ModuleOpener opener;
    private final Map<MappedFile, Outcome> outcomes = new HashMap<>();

    /** What opening a file came to. */
    private record Outcome(
            List<ModuleImage> images,
            @Nullable ResolveException refused,
            @Nullable ElfError error) {}

    ProcessModules(TargetProcess target, ImageFiles files, boolean kernelLinks) throws AttachException {
        this.target = target;
        this.mapped = MappedFile.all(target.mappings());
        this.opener = new ModuleOpener(target, files, kernelLinks);
    }

    @Override
    public List<ModuleImage> find(ModuleNames name, List<Refusal> passedOver) throws ResolveException {
        List<MappedFile> meant = meant(name);
        if (meant.isEmpty()) {
            throw notMapped(name);
        }
        List<ModuleImage> found = new ArrayList<>();
        for (MappedFile file : meant) {
            Outcome outcome = open(file);
            if (outcome.refused == null) {
                found.addAll(outcome.images);
            } else if (!name.isWild()) {
                throw outcome.refused;
            } else if (outcome.error != ElfError.NOT_ELF) {
                // Generated code may be mapped from files that are no modules; nobody meant those.
                passedOver.add(outcome.refused.refusal(file.path()));
            }
        }
        return found;
    }

    private List<MappedFile> meant(ModuleNames name) {
        List<MappedFile> meant = new ArrayList<>(
                mapped.stream().filter(file -> name.matches(file.path())).toList());
        if (meant.isEmpty() && !name.isWild()) {
            String path = name.isPath() ? opener.canonical(name.text()) : opener.mainProgram(name.text());
            String sought = name.isPath() ? name.text() : opener.programOfSearchPath(name.text());
            mapped.stream()
                    .filter(file -> file.path().equals(path)
                            || (sought != null && opener.isSame(file, sought))
                            || (name.isPath() && opener.isHere(file, name.text())))
                    .forEach(meant::add);
        }
        return meant;
    }

    private Outcome open(MappedFile file) {
        Outcome known = outcomes.get(file);
        if (known == null) {
            try {
                known = new Outcome(opener.open(file), null, null);
            } catch (ElfException e) {
                known = new Outcome(
                        List.of(), new ResolveException(RefusalReason.BAD_MODULE, e.sentence(file.path())), e.error());
            } catch (ResolveException e) {
                known = new Outcome(List.of(), e, null);
            }
            outcomes.put(file, known);
        }
        return known;
    }

    private ResolveException notMapped(ModuleNames name) {
        List<String> names = mapped.stream().map(MappedFile::fileName).toList();
        List<String> near = SimilarNames.find(names, ModuleNames.fileName(name.text()), MODULES_TOLD);
        List<String> told = near.isEmpty() ? names : near;
        String more = told.size() > MODULES_TOLD ? " and " + (told.size() - MODULES_TOLD) + " more" : "";
        return new ResolveException(
                RefusalReason.NO_SUCH_MODULE,
                "process " + target.pid() + " has no code of '" + name.text() + "' mapped: "
                        + (near.isEmpty() ? "it has " : "did you mean ")
                        + String.join(", ", told.stream().limit(MODULES_TOLD).toList())
                        + more
                        + (near.isEmpty() ? "" : "?"));
    }

    @Override
    public long implementationOf(ModuleImage module, Function resolver) throws ElfException {
        Long slot = module.file().indirectSlot(resolver);
        if (slot != null) {
            long chosen = IndirectFunctions.chosen(target, module, resolver, module.loadBias() + slot);
            if (chosen != UNKNOWN) {
                return chosen;
            }
        }
        for (MappedFile file : mapped) {
            for (ModuleImage importer : open(file).images) {
                long chosen = IndirectFunctions.chosenByImporter(target, module, resolver, importer);
                if (chosen != UNKNOWN) {
                    return chosen;
                }
            }
        }
        return UNKNOWN;
    }
}
