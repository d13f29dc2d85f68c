package io.trapless.language.expand;

import io.trapless.language.c.CReader;
import io.trapless.language.checked.CheckOptions;
import io.trapless.language.diagnostic.Diagnostic;
import io.trapless.language.diagnostic.Finding;
import io.trapless.language.diagnostic.Result;
import io.trapless.language.diagnostic.Source;
import io.trapless.language.diagnostic.Sources;
import io.trapless.language.diagnostic.Span;
import io.trapless.language.syntax.Expression;
import io.trapless.language.syntax.Parser;
import io.trapless.language.syntax.Program;
import io.trapless.language.syntax.Statement;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Puts a program together: the main file, what it imports, its C, and its macros. */
public final class Linker {
    private final CheckOptions.Files files;
    private final Sources sources = new Sources();
    private final Findings findings = new Findings(sources);
    private final Set<Path> imported = new HashSet<>();
    private final List<String> cTexts = new ArrayList<>();
    private final List<Span> cSpans = new ArrayList<>();
    private final List<Program.Item> items = new ArrayList<>();
    private List<Program.Setting> settings = List.of();

    private Linker(CheckOptions.Files files) {
        this.files = files;
    }

    /**
     * What came out.
     *
     * @param program null if there are errors among the findings
     */
    public record Outcome(@Nullable ExpandedProgram program, Findings findings) {}

    /**
     * @param path where the main file lies; null for a text from the command line
     */
    public static Outcome link(Source main, @Nullable Path path, CheckOptions.Files files) {
        Linker linker = new Linker(files);
        linker.file(main, path, true);
        return new Outcome(linker.findings.hasErrors() ? null : linker.expand(), linker.findings);
    }

    private void file(Source source, @Nullable Path path, boolean main) {
        int base = sources.add(source);
        Rebase rebase = new Rebase(base);
        switch (Parser.program(source)) {
            case Result.Failed<Program> failed -> {
                for (Diagnostic diagnostic : failed.diagnostics()) {
                    findings.add(Finding.of(failed.source(), diagnostic));
                }
            }
            case Result.Ok<Program>(Program program) -> {
                if (main) {
                    settings = rebase.settings(program.config());
                } else if (!program.config().isEmpty()) {
                    findings.error(rebase.span(program.config().getFirst().span()), "invalid `config` within import");
                }
                for (Program.CDefinition definition : program.cDefinitions()) {
                    cTexts.add(definition.text());
                    cSpans.add(rebase.span(definition.span()));
                }
                for (Statement.Import statement : program.imports()) {
                    importFile(statement.path(), rebase.span(statement.span()), path);
                }
                program.items().forEach(item -> items.add(rebase.item(item)));
            }
        }
    }

    private void importFile(String name, Span span, @Nullable Path importer) {
        if (name.equals("stdlib") || name.startsWith("stdlib/")) {
            // It is known without a file.
            return;
        }
        switch (files.imported(name, importer)) {
            case CheckOptions.Imported.Failed failed ->
                findings.error(span, "error reading import '" + name + "': " + failed.reason());
            case CheckOptions.Imported.Found found -> {
                for (CheckOptions.ImportedFile file : found.files()) {
                    if (imported.add(file.path())) {
                        importFile(file, span);
                    }
                }
            }
        }
    }

    private void importFile(CheckOptions.ImportedFile file, Span span) {
        String name = String.valueOf(file.path().getFileName());
        if (name.endsWith(".bt")) {
            file(new Source(file.path().toString(), file.text()), file.path(), false);
        } else if (name.endsWith(".h")) {
            cTexts.add(file.text());
            cSpans.add(span);
        } else if (name.endsWith(".bpf.c") || name.endsWith(".bpf.o")) {
            findings.error(
                    span, "'" + name + "' can't be had in userspace: it is code for the kernel's virtual machine");
        } else {
            findings.error(span, "unknown import type: \"" + name + "\"");
        }
    }

    private @Nullable ExpandedProgram expand() {
        CReader.Outcome c = CReader.read(cTexts, files::header);
        for (CReader.Trouble trouble : c.troubles()) {
            findings.error(cSpans.get(trouble.definition()), trouble.message());
        }
        MacroTable macros = new MacroTable();
        for (Program.Item item : items) {
            if (item instanceof Program.Macro macro) {
                MacroJumps.check(macro, findings);
                macros.add(macro, findings);
            }
        }
        IdentityHashMap<Expression.Block, Span> calls = new IdentityHashMap<>();
        MacroExpander.Context context = new MacroExpander.Context(macros, c.definitions(), findings, calls);
        List<Program.Action> actions = new ArrayList<>();
        List<Program.MapDeclaration> declarations = new ArrayList<>();
        for (Program.Item item : items) {
            switch (item) {
                case Program.Action action -> {
                    MacroExpander expander = new MacroExpander(context);
                    actions.add(new Program.Action(
                            action.attachPoints(),
                            action.filter() == null ? null : expander.expression(action.filter()),
                            expander.block(action.body()),
                            action.span()));
                }
                case Program.MapDeclaration declaration -> declarations.add(declaration);
                case Program.Function function ->
                    findings.warning(
                            function.span(),
                            "the function " + function.name()
                                    + " is not used: as in bpftrace, nothing can call it; a macro can be");
                case Program.Macro _ -> {}
            }
        }
        return findings.hasErrors()
                ? null
                : new ExpandedProgram(sources, settings, c.definitions(), actions, declarations, calls);
    }
}
