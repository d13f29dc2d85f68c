package io.trapless.binary.symbol;

/**
 * A pattern over whole names: {@code *} any run, {@code ?} any one character, {@code [a-c]} one of a set, {@code [!a-c]} one not of it. A {@code [} that no {@code ]} closes stands
 * for itself. Time is at most pattern length times name length. Immutable.
 */
public final class Glob {
    private final String pattern;
    private final boolean wild;
    private final String prefix;

    private Glob(String pattern) {
        this.pattern = pattern;
        int firstWild = firstWildcard(pattern);
        this.wild = firstWild < pattern.length();
        this.prefix = pattern.substring(0, firstWild);
    }

    public static Glob of(String pattern) {
        return new Glob(pattern);
    }

    /** Whether a text has any wildcard at all. */
    public static boolean isWild(String text) {
        return firstWildcard(text) < text.length();
    }

    private static int firstWildcard(String text) {
        int i = 0;
        while (i < text.length() && "*?[".indexOf(text.charAt(i)) < 0) {
            i++;
        }
        return i;
    }

    public boolean matches(String name) {
        if (!wild) {
            return pattern.equals(name);
        }
        return name.startsWith(prefix) && matchesFrom(name, prefix.length());
    }

    /** Greedy match that goes back to the last star only: earlier stars never need another try. */
    private boolean matchesFrom(String name, int start) {
        int p = start;
        int n = start;
        int starPattern = -1;
        int starName = -1;
        while (n < name.length()) {
            int next = p < pattern.length() ? step(p, name.charAt(n)) : -1;
            if (p < pattern.length() && pattern.charAt(p) == '*') {
                starPattern = ++p;
                starName = n;
            } else if (next > 0) {
                p = next;
                n++;
            } else if (starPattern >= 0) {
                p = starPattern;
                n = ++starName;
            } else {
                return false;
            }
        }
        while (p < pattern.length() && pattern.charAt(p) == '*') {
            p++;
        }
        return p == pattern.length();
    }

    /** The position after the pattern's element at {@code p} if it accepts the character, else -1. */
    private int step(int p, char c) {
        char element = pattern.charAt(p);
        if (element == '?') {
            return p + 1;
        }
        int close = element == '[' ? pattern.indexOf(']', p + 2) : -1;
        if (close < 0) {
            return element == c ? p + 1 : -1;
        }
        boolean negated = pattern.charAt(p + 1) == '!' || pattern.charAt(p + 1) == '^';
        boolean found = false;
        for (int i = negated ? p + 2 : p + 1; i < close; i++) {
            if (i + 2 < close && pattern.charAt(i + 1) == '-') {
                found |= pattern.charAt(i) <= c && c <= pattern.charAt(i + 2);
                i += 2;
            } else {
                found |= pattern.charAt(i) == c;
            }
        }
        return found == negated ? -1 : close + 1;
    }

    @Override
    public String toString() {
        return pattern;
    }
}
