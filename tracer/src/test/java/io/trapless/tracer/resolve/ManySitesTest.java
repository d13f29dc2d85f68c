package io.trapless.tracer.resolve;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapless.tracer.attach.TargetProcess;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A virtual machine has more functions than anyone probes. */
class ManySitesTest {
    /** Well under a second on an idle machine; tests share theirs. */
    private static final long LIMIT_MILLIS = 3000;

    /** The child: ends when its parent does. */
    public static void main(String[] arguments) throws Exception {
        System.out.println("ready");
        long parent = ProcessHandle.current().parent().orElseThrow().pid();
        while (ProcessHandle.current().parent().filter(p -> p.pid() == parent).isPresent()) {
            Thread.sleep(100);
        }
    }

    @Test
    void fiftyThousandSitesTakeLittleTime() throws Exception {
        String java = ProcessHandle.current().info().command().orElseThrow();
        try (PlacesTarget target = PlacesTarget.start(
                        java,
                        "-Xshare:auto",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ManySitesTest.class.getName());
                TargetProcess process = target.open();
                ImageFiles files = new ImageFiles()) {
            Resolver resolver = Resolver.forProcess(process, files);
            long begin = System.nanoTime();
            resolver.resolve(ResolverTest.pattern("uprobe:libjvm:JVM_*"));
            long read = System.nanoTime();
            Resolution all = resolver.resolve(ResolverTest.pattern("uprobe:libjvm:*"));
            long done = System.nanoTime();
            Set<Long> addresses = new HashSet<>();
            all.sites().forEach(site -> addresses.add(site.address()));
            System.out.printf(
                    "ManySitesTest: %d sites in %d ms, after %d ms for the symbols%n",
                    addresses.size(), (done - read) / 1_000_000, (read - begin) / 1_000_000);
            assertThat(all.sites()).hasSizeGreaterThan(10_000).hasSize(addresses.size());
            assertThat((done - read) / 1_000_000).isLessThan(LIMIT_MILLIS);
        }
    }
}
