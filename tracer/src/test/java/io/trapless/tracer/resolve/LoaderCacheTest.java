package io.trapless.tracer.resolve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trapless.language.diagnostic.Result;
import io.trapless.language.diagnostic.Source;
import io.trapless.language.syntax.Clause;
import io.trapless.language.syntax.Parser;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Names mean the libraries that the system's dynamic linker would find. */
final class LoaderCacheTest {
    @Test
    void theCacheHoldsWhatLdconfigSays() throws Exception {
        Process ldconfig = new ProcessBuilder("/sbin/ldconfig", "-p").start();
        List<Path> expected = new String(ldconfig.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .filter(line -> line.contains("(libc6,x86-64)"))
                .map(line -> Path.of(line.substring(line.indexOf("=> ") + 3)))
                .distinct()
                .toList();
        assertThat(ldconfig.waitFor()).isZero();
        assertThat(expected).isNotEmpty();
        assertThat(LoaderCache.libraries()).containsExactlyElementsOf(expected);
    }

    @Test
    void aDamagedCacheIsNoCache() throws Exception {
        byte[] cache = Files.readAllBytes(Path.of("/etc/ld.so.cache"));
        assertThatThrownBy(() -> LoaderCache.parse(new byte[0])).isInstanceOf(RuntimeException.class);
        assertThatThrownBy(() -> LoaderCache.parse(Arrays.copyOf(cache, 100))).isInstanceOf(RuntimeException.class);
        byte[] old = cache.clone();
        old[17] = '0';
        assertThatThrownBy(() -> LoaderCache.parse(old)).hasMessageContaining("format");
    }

    @Test
    void namesMeanFilesOfTheSystem() {
        try (ImageFiles files = new ImageFiles()) {
            Resolver resolver = Resolver.forSystem(files, 0x5000_0000);
            Site malloc = only(resolver, "uprobe:libc:malloc");
            assertThat(malloc.module().path()).endsWith("/libc.so.6");
            assertThat(malloc.address()).isEqualTo(malloc.fileAddress() + 0x5000_0000);
            assertThat(only(resolver, "uprobe:libc.so.6:malloc")).isEqualTo(malloc);
            assertThat(only(resolver, "uprobe:" + malloc.module().path() + ":malloc")
                            .address())
                    .isEqualTo(malloc.address());
            assertThat(only(resolver, "uprobe:bash:execute_command").module().path())
                    .endsWith("/bash");
            assertThat(refusal(resolver, "uprobe:nosuchlibrary:f")).contains("no library 'nosuchlibrary'");
            assertThat(refusal(resolver, "uprobe:/no/such/file:f")).contains("there is no file /no/such/file");
            assertThat(only(resolver, "uprobe:" + malloc.module().path().replace(".6", ".*") + ":malloc"))
                    .isEqualTo(malloc);
            assertThat(refusal(resolver, "uprobe:/no/such/*.so:f")).contains("there is no file /no/such/*.so");
            assertThat(refusal(resolver, "uprobe:/etc/hostname:f")).isNotBlank();
        }
    }

    private static Site only(Resolver resolver, String probe) {
        Resolution resolution = resolve(resolver, probe);
        assertThat(resolution.sites()).as("%s", resolution.refusals()).hasSize(1);
        return resolution.sites().getFirst();
    }

    private static String refusal(Resolver resolver, String probe) {
        Resolution resolution = resolve(resolver, probe);
        assertThat(resolution.sites()).isEmpty();
        assertThat(resolution.refusals()).hasSize(1);
        return resolution.refusals().getFirst().sentence();
    }

    private static Resolution resolve(Resolver resolver, String probe) {
        return switch (Parser.clause(new Source("test", probe))) {
            case Result.Ok<Clause>(Clause clause) ->
                resolver.resolve(clause.probes().getFirst());
            case Result.Failed<Clause> failed -> throw new AssertionError(failed.text());
        };
    }
}
