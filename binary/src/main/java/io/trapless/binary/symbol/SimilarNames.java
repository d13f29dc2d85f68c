package io.trapless.binary.symbol;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Finds names near to one that does not exist. */
public final class SimilarNames {
    private static final int MAX_LENGTH = 64;

    private SimilarNames() {}

    private record Scored(String name, int distance) {}

    /** Names that contain it or are contained in it, or differ by few letters; best first. */
    public static List<String> find(Collection<String> names, String wanted, int limit) {
        String target = wanted.toLowerCase(Locale.ROOT);
        if (target.isEmpty() || target.length() > MAX_LENGTH) {
            return List.of();
        }
        int allowed = Math.max(1, target.length() / 4);
        List<Scored> near = new ArrayList<>();
        for (String name : names) {
            int distance = distance(name.toLowerCase(Locale.ROOT), target, allowed);
            if (distance <= allowed && !name.endsWith("@")) {
                near.add(new Scored(name, distance));
            }
        }
        near.sort(Comparator.comparingInt(Scored::distance)
                .thenComparingInt(s -> s.name.length())
                .thenComparing(Scored::name));
        return near.stream().limit(limit).map(Scored::name).toList();
    }

    /** Letters to change, add, drop or swap with the next; a name that contains the wanted one counts as {@code allowed}. Beyond {@code allowed}: any larger number. */
    private static int distance(String name, String target, int allowed) {
        int tooFar = allowed + 1;
        int fallback = target.length() >= 3 && name.contains(target) ? allowed : tooFar;
        if (Math.abs(name.length() - target.length()) > allowed) {
            return fallback;
        }
        int[] before = new int[target.length() + 1];
        int[] last = new int[target.length() + 1];
        int[] current = new int[target.length() + 1];
        for (int j = 0; j <= target.length(); j++) {
            last[j] = j;
        }
        for (int i = 1; i <= name.length(); i++) {
            current[0] = i;
            int best = i;
            for (int j = 1; j <= target.length(); j++) {
                int same = name.charAt(i - 1) == target.charAt(j - 1) ? 0 : 1;
                int cost = Math.min(Math.min(last[j] + 1, current[j - 1] + 1), last[j - 1] + same);
                if (i > 1
                        && j > 1
                        && name.charAt(i - 1) == target.charAt(j - 2)
                        && name.charAt(i - 2) == target.charAt(j - 1)) {
                    cost = Math.min(cost, before[j - 2] + 1);
                }
                current[j] = cost;
                best = Math.min(best, cost);
            }
            if (best > allowed) {
                return fallback;
            }
            int[] spare = before;
            before = last;
            last = current;
            current = spare;
        }
        return Math.min(last[target.length()], fallback);
    }
}
