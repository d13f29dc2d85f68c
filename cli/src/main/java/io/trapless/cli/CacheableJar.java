package io.trapless.cli;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.constant.ConstantDescs;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;

/** Rewrites jars so that the JVM's start-up cache takes all that is in them ({@link CacheableClass}). The launcher runs it once after a build. */
final class CacheableJar {
    private CacheableJar() {}

    /** @param arguments paths of jars, each rewritten in its place if something has to be changed */
    public static void main(String[] arguments) throws IOException {
        List<Path> jars = Arrays.stream(arguments).map(Path::of).toList();
        List<URL> urls = new ArrayList<>();
        for (Path jar : jars) {
            urls.add(jar.toUri().toURL());
        }
        try (URLClassLoader loader = new URLClassLoader(urls.toArray(URL[]::new), null)) {
            ClassFile classFile = ClassFile.of(
                    ClassFile.StackMapsOption.GENERATE_STACK_MAPS,
                    ClassFile.ClassHierarchyResolverOption.of(hierarchy(loader)));
            for (Path jar : jars) {
                rewrite(jar, classFile);
            }
        }
    }

    private static void rewrite(Path jar, ClassFile classFile) throws IOException {
        Path rewritten = jar.resolveSibling(jar.getFileName() + ".new");
        boolean changed = false;
        try (JarFile file = new JarFile(jar.toFile());
                JarOutputStream output = new JarOutputStream(Files.newOutputStream(rewritten))) {
            for (JarEntry entry : Collections.list(file.entries())) {
                byte[] content = content(file, entry);
                byte[] cacheable = isClass(entry) ? CacheableClass.of(classFile, content) : content;
                changed |= !Arrays.equals(content, cacheable);
                output.putNextEntry(new JarEntry(entry.getName()));
                output.write(cacheable);
                output.closeEntry();
            }
        }
        if (changed) {
            Files.move(rewritten, jar, StandardCopyOption.REPLACE_EXISTING);
        } else {
            Files.delete(rewritten);
        }
    }

    /** A class of a library that is not there, like an optional one of another language, counts as a plain subclass of Object. */
    private static ClassHierarchyResolver hierarchy(ClassLoader loader) {
        ClassHierarchyResolver there = ClassHierarchyResolver.ofResourceParsing(loader)
                .orElse(ClassHierarchyResolver.ofResourceParsing(ClassLoader.getSystemClassLoader()))
                .cached();
        return name -> {
            ClassHierarchyResolver.ClassHierarchyInfo known = there.getClassInfo(name);
            return known != null ? known : ClassHierarchyResolver.ClassHierarchyInfo.ofClass(ConstantDescs.CD_Object);
        };
    }

    private static boolean isClass(JarEntry entry) {
        return entry.getName().endsWith(".class") && !entry.getName().equals("module-info.class");
    }

    private static byte[] content(JarFile file, JarEntry entry) throws IOException {
        try (var input = file.getInputStream(entry)) {
            return input.readAllBytes();
        }
    }
}
