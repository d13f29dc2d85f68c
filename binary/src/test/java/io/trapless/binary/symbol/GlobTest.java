package io.trapless.binary.symbol;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.Random;
import org.junit.jupiter.api.Test;

class GlobTest {
    private static boolean matches(String pattern, String name) {
        return Glob.of(pattern).matches(name);
    }

    @Test
    void eachElement() {
        assertThat(matches("malloc", "malloc")).isTrue();
        assertThat(matches("malloc", "mallocx")).isFalse();
        assertThat(matches("*", "")).isTrue();
        assertThat(matches("mem*", "memcpy")).isTrue();
        assertThat(matches("*cpy", "memcpy")).isTrue();
        assertThat(matches("m*c*y", "memcpy")).isTrue();
        assertThat(matches("mem?py", "memcpy")).isTrue();
        assertThat(matches("mem?", "mem")).isFalse();
        assertThat(matches("f[a-c]o", "fbo")).isTrue();
        assertThat(matches("f[!a-c]o", "fbo")).isFalse();
        assertThat(matches("f[!a-c]o", "fxo")).isTrue();
        assertThat(matches("f[xyz]", "fz")).isTrue();
        assertThat(matches("f[", "f[")).isTrue();
        assertThat(matches("operator[]", "operator[]")).isTrue();
    }

    @Test
    void aHostilePatternTakesNoTime() {
        String name = "a".repeat(2000);
        assertThat(matches("a*".repeat(100) + "b", name)).isFalse();
    }

    /** The JDK's glob agrees on names without separators. */
    @Test
    void randomPatternsMatchAsTheJdksGlob() {
        long seed = System.nanoTime();
        System.out.println("GlobTest seed " + seed);
        Random random = new Random(seed);
        String[] elements = {"a", "b", "*", "?", "[ab]", "[!a]", "[a-c]", "c"};
        for (int i = 0; i < 20_000; i++) {
            StringBuilder pattern = new StringBuilder("x");
            StringBuilder name = new StringBuilder("x");
            for (int n = random.nextInt(7); n > 0; n--) {
                pattern.append(elements[random.nextInt(elements.length)]);
            }
            for (int n = random.nextInt(7); n > 0; n--) {
                name.append((char) ('a' + random.nextInt(3)));
            }
            PathMatcher theirs = FileSystems.getDefault().getPathMatcher("glob:" + pattern);
            assertThat(matches(pattern.toString(), name.toString()))
                    .as(pattern + " " + name)
                    .isEqualTo(theirs.matches(Path.of(name.toString())));
        }
    }
}
