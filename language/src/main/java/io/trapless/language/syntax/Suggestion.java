package io.trapless.language.syntax;

import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** "Did you mean": the nearest of the words that would have been right. */
public final class Suggestion {
    private Suggestion() {}

    /** The candidate at the smallest edit distance from {@code word} (a swap of neighbours counts as one), or null if none is near enough to be meant. */
    public static @Nullable String nearest(String word, Collection<String> candidates) {
        int limit = Math.max(1, Math.min(3, word.length() / 3));
        String best = null;
        for (String candidate : candidates) {
            int distance = Math.abs(candidate.length() - word.length()) > limit ? limit + 1 : distance(word, candidate);
            if (distance <= limit && distance < candidate.length()) {
                limit = distance - 1;
                best = candidate;
            }
        }
        return best;
    }

    private static int distance(String a, String b) {
        int[][] cost = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    cost[i][j] = i + j;
                    continue;
                }
                boolean same = Character.toLowerCase(a.charAt(i - 1)) == Character.toLowerCase(b.charAt(j - 1));
                int edit = cost[i - 1][j - 1] + (same ? 0 : 1);
                cost[i][j] = Math.min(edit, 1 + Math.min(cost[i - 1][j], cost[i][j - 1]));
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    cost[i][j] = Math.min(cost[i][j], cost[i - 2][j - 2] + 1);
                }
            }
        }
        return cost[a.length()][b.length()];
    }
}
