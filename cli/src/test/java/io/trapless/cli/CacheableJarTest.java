package io.trapless.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class CacheableJarTest {
    private static final int CLASS_VERSION_OFFSET = 7;

    @TempDir
    private Path folder;

    @Test
    void rewritesOldClassesSoThatTheyStillLoadAndVerify() throws Exception {
        Path jar = folder.resolve("picocli.jar");
        Files.copy(
                Path.of(CommandLine.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .toURI()),
                jar);
        assertThat(version(jar)).isLessThan(50);
        CacheableJar.main(new String[] {jar.toString()});
        assertThat(version(jar)).isEqualTo(52);
        try (JarFile file = new JarFile(jar.toFile());
                URLClassLoader loader =
                        new URLClassLoader(new URL[] {jar.toUri().toURL()}, ClassLoader.getPlatformClassLoader())) {
            for (var entry : java.util.Collections.list(file.entries())) {
                String name = entry.getName();
                // what is for Groovy needs Groovy
                if (name.startsWith("picocli/CommandLine") && name.endsWith(".class")) {
                    String type =
                            name.substring(0, name.length() - ".class".length()).replace('/', '.');
                    assertThat(Class.forName(type, true, loader).getClassLoader())
                            .isSameAs(loader);
                }
            }
        }
    }

    @Test
    void leavesAJarOfNewClassesAlone() throws Exception {
        Path jar = folder.resolve("new.jar");
        try (var output = new java.util.jar.JarOutputStream(Files.newOutputStream(jar));
                var input = getClass().getResourceAsStream("CacheableJarTest.class")) {
            output.putNextEntry(new java.util.jar.JarEntry("CacheableJarTest.class"));
            input.transferTo(output);
        }
        byte[] before = Files.readAllBytes(jar);
        CacheableJar.main(new String[] {jar.toString()});
        assertThat(Files.readAllBytes(jar)).isEqualTo(before);
    }

    private static int version(Path jar) throws Exception {
        try (JarFile file = new JarFile(jar.toFile());
                var input = file.getInputStream(file.getJarEntry("picocli/CommandLine.class"))) {
            return input.readNBytes(CLASS_VERSION_OFFSET + 1)[CLASS_VERSION_OFFSET];
        }
    }
}
