package io.trapless.cli.action;

import io.trapless.binary.elf.ElfException;
import io.trapless.cli.CoverageRequest;
import io.trapless.cli.Outcome;
import io.trapless.cli.Terminal;
import io.trapless.tracer.session.FileCoverage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** {@code trapless list --coverage}: one file in detail, or a table of several, and of what lies in directories, with their sum. */
public final class CoverageAction {
    private CoverageAction() {}

    /** Runs the command on the calling thread. */
    public static Outcome run(CoverageRequest request, Terminal terminal) throws IOException {
        List<Path> files = request.files();
        if (files.size() == 1 && !Files.isDirectory(files.getFirst())) {
            return one(files.getFirst(), terminal);
        }
        for (Path file : files) {
            if (!Files.exists(file)) {
                return Outcome.failed("there is no file " + file);
            }
        }
        return table(files, terminal);
    }

    private static Outcome one(Path file, Terminal terminal) {
        try {
            CoverageText.print(file, FileCoverage.of(file), terminal.out());
            return Outcome.done();
        } catch (ElfException e) {
            return Outcome.failed(e.sentence(file.toString()));
        }
    }

    private static Outcome table(List<Path> files, Terminal terminal) throws IOException {
        CoverageTable table = new CoverageTable(terminal.out());
        for (Path file : images(files)) {
            if (terminal.stop().isRequested()) {
                break; // the sum of what was looked at so far is of use too
            }
            try {
                table.add(file, FileCoverage.of(file));
            } catch (ElfException e) {
                terminal.err().println("trapless: " + e.sentence(file.toString()));
            }
        }
        if (table.count() == 0) {
            return Outcome.failed("there is no executable and no library of x86-64 among these");
        }
        table.end();
        return Outcome.done();
    }

    /** Files that were named, and those in directories that can be loaded; each once, however many names it has. */
    private static Set<Path> images(List<Path> files) throws IOException {
        Set<Path> images = new LinkedHashSet<>();
        Set<Object> known = new LinkedHashSet<>();
        for (Path file : files) {
            if (!Files.isDirectory(file)) {
                addOnce(file, images, known);
                continue;
            }
            for (Path each : FileTree.regularFiles(file)) {
                if (FileCoverage.isImage(each)) {
                    addOnce(each, images, known);
                }
            }
        }
        return images;
    }

    private static void addOnce(Path file, Set<Path> images, Set<Object> known) throws IOException {
        Object key = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
        if (key == null || known.add(key)) {
            images.add(file);
        }
    }
}
