package io.trapless.cli;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.constant.ConstantDescs;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Enumeration;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;

/**
 * Rewrites jars so that the JVM's start-up cache takes their classes: it leaves out class files older than version 50, and loading picocli's, of version 49, took 200 ms of each start. What is there is
 * kept, with the stack maps that newer versions need. The launcher runs it once after a build.
 */
final class CacheableJar {
    private static final int OLDEST_CACHEABLE = ClassFile.JAVA_6_VERSION;
    private static final int WRITTEN = ClassFile.JAVA_8_VERSION;

    private CacheableJar() {}

    /** @param arguments paths of jars, each rewritten in its place if it has such classes */
    public static void main(String[] arguments) throws IOException {
        for (String argument : arguments) {
            Path jar = Path.of(argument);
            if (hasOldClasses(jar)) {
                rewrite(jar);
            }
        }
    }

    private static boolean hasOldClasses(Path jar) throws IOException {
        try (JarFile file = new JarFile(jar.toFile())) {
            for (JarEntry entry : java.util.Collections.list(file.entries())) {
                if (isClass(entry) && isOld(content(file, entry))) {
                    return true;
                }
            }
        }
        return false;
    }

    private static void rewrite(Path jar) throws IOException {
        Path rewritten = jar.resolveSibling(jar.getFileName() + ".new");
        try (JarFile file = new JarFile(jar.toFile());
                URLClassLoader loader =
                        new URLClassLoader(new URL[] {jar.toUri().toURL()}, null);
                JarOutputStream output = new JarOutputStream(Files.newOutputStream(rewritten))) {
            ClassFile classFile = ClassFile.of(
                    ClassFile.StackMapsOption.GENERATE_STACK_MAPS,
                    ClassFile.ClassHierarchyResolverOption.of(hierarchy(loader)));
            Enumeration<JarEntry> entries = file.entries();
            while (entries.hasMoreElements()) {
                JarEntry entry = entries.nextElement();
                byte[] content = content(file, entry);
                output.putNextEntry(new JarEntry(entry.getName()));
                output.write(isClass(entry) && isOld(content) ? newer(classFile, content) : content);
                output.closeEntry();
            }
        }
        Files.move(rewritten, jar, StandardCopyOption.REPLACE_EXISTING);
    }

    private static byte[] newer(ClassFile classFile, byte[] content) {
        ClassModel model = classFile.parse(content);
        ClassTransform version = ClassTransform.dropping(ClassFileVersion.class::isInstance)
                .andThen(ClassTransform.endHandler(builder -> builder.withVersion(WRITTEN, 0)));
        // A transform that looks at each instruction has the code written anew, and its stack maps made.
        return classFile.transformClass(
                model, version.andThen(ClassTransform.transformingMethodBodies((code, element) -> code.with(element))));
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

    private static boolean isOld(byte[] content) {
        int major = (content[6] & 0xFF) << 8 | (content[7] & 0xFF);
        return major < OLDEST_CACHEABLE;
    }

    private static byte[] content(JarFile file, JarEntry entry) throws IOException {
        try (var input = file.getInputStream(entry)) {
            return input.readAllBytes();
        }
    }
}
