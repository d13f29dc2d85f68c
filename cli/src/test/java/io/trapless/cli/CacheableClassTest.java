package io.trapless.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.classfile.ClassFile;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is rewritten does what it did, without a call that the JVM links when it is first made. */
class CacheableClassTest {
    private static final List<String> CLASSES = List.of(
            "CacheableClassTest", // the nest host
            "CacheableClassTest$Shape",
            "CacheableClassTest$Circle",
            "CacheableClassTest$Square",
            "CacheableClassTest$Everything",
            "CacheableClassTest$Empty",
            "CacheableClassTest$Subject");

    /** A switch in an interface. */
    sealed interface Shape {
        default String name() {
            return switch (this) {
                case Circle c when c.radius > 10 -> "large";
                case Circle c when c.radius == 10 -> "ten";
                case Circle _ -> "circle";
                case Square(int side) -> "square " + side;
            };
        }
    }

    record Circle(double radius) implements Shape {}

    record Square(int side) implements Shape {}

    record Everything(
            boolean a,
            byte b,
            char c,
            short d,
            int e,
            long f,
            float g,
            double h,
            @Nullable String i,
            int[] j) {}

    record Empty() {}

    /** Public, to be made and called by another loader's name for it. */
    public static final class Subject implements Function<Object, String> {
        @Override
        public String apply(@Nullable Object object) {
            return switch (object) {
                case null -> "null";
                case String s when s.isEmpty() -> "empty";
                case CharSequence s -> "text " + s.length();
                case Integer i when i > 5 -> "more";
                case Integer _ -> "int";
                case int[] array -> "array " + array.length;
                case List<?> list -> "list " + list.size();
                case Shape shape -> shape.name();
                default -> "else";
            };
        }

        /** Hash codes of many records, and who equals whom. */
        @Override
        public String toString() {
            Random random = new Random(7);
            List<Object> all = new ArrayList<>(List.of(new Empty(), new Empty(), "x"));
            int[] array = {1};
            float[] floats = {0f, -0f, Float.NaN, 1.5f};
            for (int i = 0; i < 200; i++) {
                all.add(new Everything(
                        random.nextBoolean(),
                        (byte) random.nextInt(2),
                        (char) random.nextInt(2),
                        (short) random.nextInt(2),
                        random.nextInt(2),
                        random.nextInt(2) * 0x1_0000_0001L,
                        floats[random.nextInt(4)],
                        floats[random.nextInt(4)],
                        random.nextBoolean() ? null : "s",
                        array));
                all.add(new Circle(floats[random.nextInt(4)]));
            }
            StringBuilder text = new StringBuilder();
            array[0] = System.identityHashCode(array); // is part of a hash code, and of two loaders not the same
            for (Object one : all) {
                int hash = one instanceof Everything e ? e.hashCode() - array.hashCode() : one.hashCode();
                text.append(hash)
                        .append(one.equals("x"))
                        .append(one.equals(null))
                        .append(one.equals(all.get(5)));
                all.forEach(other -> text.append(one.equals(other) ? '1' : '0'));
            }
            return text.toString();
        }
    }

    @TempDir
    private Path folder;

    private Path jar = Path.of("");

    @BeforeEach
    void rewrite() throws Exception {
        jar = folder.resolve("sample.jar");
        try (JarOutputStream output = new JarOutputStream(Files.newOutputStream(jar))) {
            for (String name : CLASSES) {
                output.putNextEntry(new JarEntry("io/trapless/cli/" + name + ".class"));
                try (var input = getClass().getResourceAsStream(name + ".class")) {
                    assertThat(input).as(name).isNotNull();
                    input.transferTo(output);
                }
            }
        }
        CacheableJar.main(new String[] {jar.toString()});
    }

    @Test
    void doesWhatItDid() throws Exception {
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {jar.toUri().toURL()}, ClassLoader.getPlatformClassLoader())) {
            Class<?> type = loader.loadClass("io.trapless.cli.CacheableClassTest$Subject");
            @SuppressWarnings("unchecked")
            Function<Object, String> rewritten =
                    (Function<Object, String>) type.getDeclaredConstructor().newInstance();
            Subject subject = new Subject();
            for (Object plain :
                    new Object[] {null, "", "abc", new StringBuilder("x"), 5, 6, new int[3], List.of(1), 1L}) {
                assertThat(rewritten.apply(plain)).isEqualTo(subject.apply(plain));
            }
            for (double radius : new double[] {1, 10, 11}) {
                var constructor = loader.loadClass("io.trapless.cli.CacheableClassTest$Circle")
                        .getDeclaredConstructor(double.class);
                constructor.setAccessible(true);
                assertThat(rewritten.apply(constructor.newInstance(radius)))
                        .isEqualTo(subject.apply(new Circle(radius)));
            }
            var square = loader.loadClass("io.trapless.cli.CacheableClassTest$Square")
                    .getDeclaredConstructor(int.class);
            square.setAccessible(true);
            assertThat(rewritten.apply(square.newInstance(3))).isEqualTo(subject.apply(new Square(3)));
            assertThat(rewritten).hasToString(subject.toString());
        }
    }

    @Test
    void nothingIsLeftToBeLinked() throws Exception {
        int calls = 0;
        try (JarFile file = new JarFile(jar.toFile())) {
            for (JarEntry entry : java.util.Collections.list(file.entries())) {
                for (var method : ClassFile.of()
                        .parse(file.getInputStream(entry).readAllBytes())
                        .methods()) {
                    for (var element :
                            method.code().map(code -> code.elementList()).orElse(List.of())) {
                        if (element instanceof InvokeDynamicInstruction dynamic) {
                            String owner = dynamic.bootstrapMethod().owner().displayName();
                            String name = dynamic.name().stringValue();
                            assertThat(owner).as(name).isNotEqualTo("SwitchBootstraps");
                            assertThat(owner.equals("ObjectMethods") && !name.equals("toString"))
                                    .as("%s of %s", name, entry.getName())
                                    .isFalse();
                            calls++;
                        }
                    }
                }
            }
        }
        assertThat(calls).as("others").isPositive();
    }
}
