package io.trapless.tracer.session;

import io.trapless.binary.elf.EhFrame;
import io.trapless.binary.elf.ElfException;
import io.trapless.binary.elf.ElfFile;
import io.trapless.binary.flow.CodeRange;
import io.trapless.binary.flow.ImageView;
import io.trapless.binary.sdt.UsdtProbe;
import io.trapless.binary.symbol.Function;
import io.trapless.tracer.plan.Coverage;
import io.trapless.tracer.plan.SitePlanner;
import io.trapless.tracer.resolve.ImageFile;
import io.trapless.tracer.resolve.ImageFiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The coverage of one file.
 *
 * @param functionCount functions that were looked at
 * @param namedCount those that a symbol names; the others are known from unwind entries only
 */
public record FileCoverage(int functionCount, int namedCount, Coverage coverage) {
    /** Reads a file and looks at everything in it. */
    public static FileCoverage of(Path file) throws ElfException {
        try (ImageFiles files = new ImageFiles()) {
            ImageFile image = files.open(file);
            List<CodeRange> functions = named(image);
            int named = functions.size();
            SitePlanner planner = new SitePlanners().planner(image);
            functions.addAll(unnamed(image, planner));
            List<Long> notes =
                    image.usdtProbes().stream().map(UsdtProbe::address).toList();
            return new FileCoverage(functions.size(), named, Coverage.of(planner, functions, notes));
        }
    }

    /** Whether a file is an image of x86-64 that can be loaded and holds code; false if it can't be read. */
    public static boolean isImage(Path file) {
        try (ElfFile elf = ElfFile.open(file)) {
            return elf.segments().stream()
                    .anyMatch(segment -> segment.isLoaded() && segment.isExecutable() && segment.fileSizeBytes() > 0);
        } catch (ElfException e) {
            return false;
        }
    }

    private static List<CodeRange> named(ImageFile image) throws ElfException {
        List<CodeRange> found = new ArrayList<>();
        for (Function function : image.symbols().functions()) {
            if (function.sizeBytes() > 0 && image.elf().isCode(function.address()) && !function.isPart()) {
                found.add(new CodeRange(function.address(), function.endAddress()));
            }
        }
        return found;
    }

    /** Functions that only an unwind entry tells of. Stubs of the linker, outside the code proper, and parts of functions are none. */
    private static List<CodeRange> unnamed(ImageFile image, SitePlanner planner) throws ElfException {
        ImageView view = image.view();
        long[] parts = view.partStarts();
        Arrays.sort(parts);
        long[] unnamed = view.unnamedStarts();
        Arrays.sort(unnamed);
        List<CodeRange> found = new ArrayList<>();
        for (EhFrame.Fde entry : image.elf().ehFrame().entries()) {
            if (Arrays.binarySearch(unnamed, entry.start()) >= 0
                    && Arrays.binarySearch(parts, entry.start()) < 0
                    && image.elf().isCode(entry.start())
                    && image.symbols().covering(entry.start()) == null) {
                CodeRange range = new CodeRange(entry.start(), entry.end());
                if (!planner.isTrapOfOthers(range)) {
                    found.add(range);
                }
            }
        }
        return found;
    }
}
