package io.trapless.tracer.resolve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.trapless.language.diagnostic.Result;
import io.trapless.language.diagnostic.Source;
import io.trapless.language.syntax.AttachPoint;
import io.trapless.language.syntax.Parser;
import io.trapless.language.syntax.ProbePattern;
import io.trapless.tracer.attach.TargetProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResolverTest {
    @TempDir
    static Path directory;

    private static Path program;
    private static Path plugin;

    @BeforeAll
    static void build() throws Exception {
        program = PlacesTarget.compile(directory.resolve("places"));
        plugin = buildPlugin("libplugin.so", 7);
    }

    private static Path buildPlugin(String name, int number) throws Exception {
        Path source = Files.writeString(
                directory.resolve("plugin.c"),
                "int plugin_work(int x) { return x + %d; }\nint plugin_rest(int x) { return x; }\n".formatted(number));
        Path library = directory.resolve(name);
        PlacesTarget.run(
                "gcc", "-O1", "-shared", "-fPIC", "-Wl,--build-id", "-o", library.toString(), source.toString());
        return library;
    }

    static ProbePattern pattern(String text) {
        if (Parser.attachPoint(new Source("test", text)) instanceof Result.Ok<AttachPoint>(AttachPoint.Sites sites)) {
            return sites.pattern();
        }
        throw new AssertionError(text);
    }

    private interface Check {
        void with(PlacesTarget target, Resolver resolver) throws Exception;
    }

    private static void inProcess(Check check, String... command) throws Exception {
        try (PlacesTarget target = PlacesTarget.start(command);
                TargetProcess process = target.open();
                ImageFiles files = new ImageFiles()) {
            check.with(target, Resolver.forProcess(process, files));
        }
    }

    private static Site only(Resolver resolver, String text) {
        Resolution resolution = resolver.resolve(pattern(text));
        assertThat(resolution.refusals()).as(text).isEmpty();
        assertThat(resolution.sites()).as(text).hasSize(1);
        return resolution.sites().getFirst();
    }

    private static Refusal refusal(Resolver resolver, String text) {
        Resolution resolution = resolver.resolve(pattern(text));
        assertThat(resolution.sites()).as(text).isEmpty();
        assertThat(resolution.refusals()).as(text).hasSize(1);
        return resolution.refusals().getFirst();
    }

    @Test
    void functionsAreWhereTheProgramSaysTheyAre() throws Exception {
        inProcess(
                (target, resolver) -> {
                    Site work = only(resolver, "uprobe:" + program + ":work");
                    assertThat(work.address()).isEqualTo(target.address("work"));
                    assertThat(work.probe()).isEqualTo("uprobe:" + program + ":work");
                    assertThat(work.kind()).isEqualTo(SiteKind.ENTRY);
                    assertThat(work.fileAddress() + work.module().loadBias()).isEqualTo(work.address());
                    assertThat(only(resolver, "uprobe:places:work_hidden").address())
                            .isEqualTo(target.address("hidden"));
                    assertThat(only(resolver, "uprobe:libc:malloc").address()).isEqualTo(target.address("malloc"));
                    // What is only imported has no code here.
                    assertThat(refusal(resolver, "uprobe:places:dlopen").reason())
                            .isEqualTo(RefusalReason.NO_SUCH_FUNCTION);
                    assertThat(only(resolver, "uprobe:libc.so.6:malloc").address())
                            .isEqualTo(target.address("malloc"));
                },
                program.toString());
    }

    @Test
    void aProgramAtFixedAddressesHasNoBias() throws Exception {
        Path fixed = PlacesTarget.compile(directory.resolve("fixed"), "-no-pie");
        inProcess(
                (target, resolver) -> {
                    Site work = only(resolver, "uprobe:fixed:work");
                    assertThat(work.address()).isEqualTo(target.address("work"));
                    assertThat(work.module().loadBias()).isZero();
                },
                fixed.toString());
    }

    @Test
    void anAliasIsShownAsItWasAskedFor() throws Exception {
        inProcess(
                (target, resolver) -> {
                    Site alias = only(resolver, "uprobe:places:work_alias");
                    assertThat(alias.address()).isEqualTo(target.address("work"));
                    assertThat(alias.probe()).isEqualTo("uprobe:" + program + ":work_alias");
                    Resolution all = resolver.resolve(pattern("uprobe:places:work*"));
                    assertThat(all.sites())
                            .extracting(Site::address)
                            .containsExactlyInAnyOrder(target.address("work"), target.address("hidden"));
                },
                program.toString());
    }

    @Test
    void anIndirectFunctionIsItsChosenImplementation() throws Exception {
        inProcess(
                (target, resolver) -> {
                    assertThat(only(resolver, "uprobe:places:chosen").address()).isEqualTo(target.address("chosen"));
                    Site strlen = only(resolver, "uprobe:libc:strlen");
                    assertThat(strlen.address()).isEqualTo(target.address("strlen"));
                    assertThat(strlen.probe()).endsWith(":strlen");
                    assertThat(strlen.function().sizeBytes()).isPositive();
                },
                program.toString());
    }

    @Test
    void linksRelativePathsAndHardLinksLeadToTheModule() throws Exception {
        Path link = Files.createSymbolicLink(directory.resolve("link-to-places"), program.getFileName());
        Path hard = Files.createLink(directory.resolve("hard-places"), program);
        inProcess(
                (target, resolver) -> {
                    for (String name :
                            List.of(link.toString(), hard.toString(), "link-to-places", "./" + relative(link))) {
                        assertThat(only(resolver, "uprobe:" + name + ":work").address())
                                .as(name)
                                .isEqualTo(target.address("work"));
                    }
                    assertThat(only(resolver, "uprobe:" + link + ":work").probe())
                            .isEqualTo("uprobe:" + link + ":work");
                },
                link.toString());
    }

    private static String relative(Path path) {
        return Path.of("").toAbsolutePath().relativize(path).toString();
    }

    @Test
    void offsetsAndAddresses() throws Exception {
        inProcess(
                (target, resolver) -> {
                    Site offset = only(resolver, "uprobe:places:work+4");
                    assertThat(offset.address()).isEqualTo(target.address("work") + 4);
                    assertThat(offset.kind()).isEqualTo(SiteKind.OFFSET);
                    Site address = only(resolver, "uprobe:places:0x" + Long.toHexString(offset.fileAddress()));
                    assertThat(address.address()).isEqualTo(offset.address());
                    assertThat(address.function().name()).isEqualTo("work");
                    assertThat(refusal(resolver, "uprobe:places:work+100000").reason())
                            .isEqualTo(RefusalReason.OFFSET_OUTSIDE_FUNCTION);
                    assertThat(refusal(resolver, "uprobe:places:0x10").reason()).isEqualTo(RefusalReason.NOT_CODE);
                    assertThat(refusal(resolver, "uprobe:places:places.c:12").reason())
                            .isEqualTo(RefusalReason.NO_DEBUG_INFO);
                },
                program.toString());
    }

    @Test
    void usdtProbes() throws Exception {
        inProcess(
                (target, resolver) -> {
                    for (String text : List.of("usdt:places:places:tick", "usdt:places:tick", "usdt:*:pl*:t?ck")) {
                        Site tick = only(resolver, text);
                        assertThat(tick.probe()).isEqualTo("usdt:" + program + ":places:tick");
                        assertThat(tick.usdt().semaphoreAddress()
                                        + tick.module().loadBias())
                                .isEqualTo(target.address("semaphore"));
                        assertThat(tick.function().name()).isEqualTo("work");
                        assertThat(tick.usdt().arguments()).hasSize(2);
                    }
                    assertThat(refusal(resolver, "usdt:places:places:tack").sentence())
                            .isEqualTo("no USDT probe 'places:tack' in " + program + ": did you mean places:tick?");
                    assertThat(refusal(resolver, "usdt:libc:no:probe").reason())
                            .isEqualTo(RefusalReason.NO_SUCH_USDT_PROBE);
                },
                program.toString());
    }

    @Test
    void whatIsNotThereIsToldWithNearNames() throws Exception {
        Path bare = Files.copy(program, directory.resolve("bare"));
        PlacesTarget.run("strip", bare.toString());
        inProcess(
                (target, resolver) -> {
                    assertThat(refusal(resolver, "uprobe:libc:maloc").sentence())
                            .startsWith("no function 'maloc' in /")
                            .contains("did you mean malloc");
                    Refusal module = refusal(resolver, "uprobe:libz:inflate");
                    assertThat(module.reason()).isEqualTo(RefusalReason.NO_SUCH_MODULE);
                    assertThat(module.sentence())
                            .contains("has no code of 'libz' mapped")
                            .contains("libc.so.6");
                    assertThat(refusal(resolver, "uprobe:bare:work").sentence())
                            .isEqualTo(bare + " has no symbols: install its debug symbols, or give an address");
                    assertThat(refusal(resolver, "uprobe:/no/such/file:f").reason())
                            .isEqualTo(RefusalReason.NO_SUCH_MODULE);
                    assertThat(refusal(resolver, "uretprobe:bare:main").reason())
                            .isEqualTo(RefusalReason.NO_SYMBOLS);
                    assertThat(refusal(resolver, "uretprobe:libc:0x1").reason()).isEqualTo(RefusalReason.NOT_CODE);
                },
                bare.toString());
    }

    @Test
    void aReplacedLibraryIsRefusedOrReadThroughItsMapping() throws Exception {
        Path library = Files.copy(plugin, directory.resolve("libgone.so"));
        try (PlacesTarget target = PlacesTarget.start(program.toString(), library.toString());
                TargetProcess process = target.open();
                ImageFiles files = new ImageFiles();
                ImageFiles others = new ImageFiles()) {
            Path newer = buildPlugin("libnewer.so", 8);
            Files.move(newer, library, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
            String probe = "uprobe:libgone:plugin_work";
            Refusal replaced = refusal(Resolver.withoutKernelLinks(process, files), probe);
            assertThat(replaced.reason()).isEqualTo(RefusalReason.MODULE_REPLACED);
            assertThat(replaced.sentence())
                    .isEqualTo(library + " was replaced or deleted after process " + process.pid()
                            + " had mapped it: restart the process");
            // The kernel's link still leads to the mapped file, for those who may use it.
            Resolution exact = Resolver.forProcess(process, others).resolve(pattern(probe));
            if (exact.refusals().isEmpty()) {
                assertThat(exact.sites().getFirst().address()).isEqualTo(target.address("plugin"));
            }
        }
    }

    @Test
    void aLibraryOpenedByPathIsTheMappedOne() throws Exception {
        try (PlacesTarget target = PlacesTarget.start(program.toString(), plugin.toString());
                TargetProcess process = target.open();
                ImageFiles files = new ImageFiles()) {
            Resolver resolver = Resolver.withoutKernelLinks(process, files);
            assertThat(only(resolver, "uprobe:libplugin:plugin_work").address()).isEqualTo(target.address("plugin"));
            assertThat(only(resolver, "uprobe:" + plugin + ":plugin_work").address())
                    .isEqualTo(target.address("plugin"));
            assertThat(resolver.resolve(pattern("uprobe:libpl*:plugin_*")).sites())
                    .hasSize(2);
        }
    }

    /** The program's file can be seen in the target's mount namespace only, by an absolute link too. */
    @Test
    void aTargetInAnotherMountNamespace() throws Exception {
        assumeTrue(System.getProperty("user.name").equals("root"), "only root may make a mount namespace");
        Path hidden = Files.createDirectory(directory.resolve("hidden"));
        String script =
                "mount -t tmpfs none '%1$s' && cp '%2$s' '%1$s/inside' && ln -s '%1$s/inside' '%1$s/link' && exec '%1$s/link'"
                        .formatted(hidden, program);
        try (PlacesTarget target = PlacesTarget.start("unshare", "-m", "sh", "-c", script);
                TargetProcess process = target.open();
                ImageFiles files = new ImageFiles();
                ImageFiles others = new ImageFiles()) {
            assertThat(hidden).isEmptyDirectory();
            for (Resolver resolver :
                    List.of(Resolver.forProcess(process, files), Resolver.withoutKernelLinks(process, others))) {
                for (String name : List.of("inside", hidden + "/inside", hidden + "/link", "link")) {
                    assertThat(only(resolver, "uprobe:" + name + ":work").address())
                            .as(name)
                            .isEqualTo(target.address("work"));
                }
                assertThat(only(resolver, "uprobe:libc:malloc").address()).isEqualTo(target.address("malloc"));
            }
        }
    }

    @Test
    void filesWithoutAProcess() throws Exception {
        try (ImageFiles files = new ImageFiles()) {
            Resolver resolver = Resolver.forFile(program, files);
            Site work = only(resolver, "uprobe:" + program + ":work");
            assertThat(work.address()).isEqualTo(work.fileAddress());
            assertThat(only(resolver, "usdt:places:tick").kind()).isEqualTo(SiteKind.USDT);
            assertThat(refusal(resolver, "uprobe:places:chosen").reason()).isEqualTo(RefusalReason.IFUNC_UNBOUND);
            assertThat(refusal(resolver, "uprobe:other:work").reason()).isEqualTo(RefusalReason.NO_SUCH_MODULE);
        }
    }
}
