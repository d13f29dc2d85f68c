package io.trapless.language.check;

import io.trapless.fuzz.Fuzzing;
import io.trapless.language.checked.CheckOptions;
import io.trapless.language.checked.CheckResult;
import io.trapless.language.checked.CheckedAction;
import io.trapless.language.checked.CheckedProgram;
import io.trapless.language.checked.Cut;
import io.trapless.language.diagnostic.FindingPrinter;
import io.trapless.language.diagnostic.Source;
import io.trapless.language.print.StagePrinter;
import io.trapless.language.slice.ArgumentTypes;
import io.trapless.language.slice.Capture;
import io.trapless.language.slice.CaptureProgram;
import io.trapless.language.slice.CaptureType;
import io.trapless.language.slice.Limits;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** Takes bytes for a program. Nothing may be thrown; an error has a sentence; what is accepted can be printed after each stage, and its captures keep within the limits at any site. */
public final class ProgramFuzz {
    private static final List<ArgumentTypes> SITES = List.of(
            new ArgumentTypes.Function(),
            new ArgumentTypes.Note(List.of()),
            new ArgumentTypes.Note(List.of(
                    new CaptureType.Int(4, true, CaptureType.Base.DEC),
                    new CaptureType.Floating(8),
                    new CaptureType.Int(1, false, CaptureType.Base.DEC))));

    private static final CheckOptions OPTIONS = new CheckOptions(
            List.of("1", "two", "-3"),
            Map.of("n", "5"),
            Map.of("BPFTRACE_UNSTABLE_TYPEINFO", "enable"),
            true,
            false,
            false,
            CheckOptions.Files.NONE,
            CheckOptions.SiteFacts.UNKNOWN);

    private ProgramFuzz() {}

    /** Called by Jazzer. */
    public static void fuzzerTestOneInput(byte[] input) {
        String text = new String(input, StandardCharsets.UTF_8);
        Fuzzing.measured(input, () -> read(new Source("stdin", text)));
    }

    private static void read(Source source) {
        StagePrinter.ast(source, null, OPTIONS);
        switch (ProgramChecker.check(source, OPTIONS)) {
            case CheckResult.Failed failed -> {
                if (!failed.text().contains("ERROR: ")) {
                    throw new AssertionError("a refusal without an error: " + failed.text());
                }
            }
            case CheckResult.Ok(CheckedProgram program) -> {
                FindingPrinter.print(program.warnings());
                StagePrinter.types(program);
                StagePrinter.slice(program);
                program.actions().forEach(ProgramFuzz::cut);
            }
        }
    }

    private static void cut(CheckedAction action) {
        Cut cut = action.cut();
        if (cut == null) {
            return;
        }
        int count = cut.fieldTypes().size();
        for (ArgumentTypes site : SITES) {
            CaptureProgram program = cut.captures().apply(site);
            if (program.captures().size() != count || count > Limits.MAX_CAPTURES) {
                throw new AssertionError(count + " fields became " + program.captures());
            }
            for (int i = Limits.MAX_FAULT_BITS; i < count; i++) {
                Capture capture = program.captures().get(i);
                if (capture.mayFault()) {
                    throw new AssertionError("field " + i + " has no fault bit: " + capture);
                }
            }
        }
    }
}
