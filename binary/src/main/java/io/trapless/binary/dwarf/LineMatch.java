package io.trapless.binary.dwarf;

import java.util.List;
import java.util.NavigableSet;

/**
 * What a line of a source file came to.
 *
 * @param files the paths that were meant; empty if there is no code of such a file
 * @param addresses where its code begins, once for each block
 * @param lines of these files, those that have code
 */
public record LineMatch(List<String> files, List<Long> addresses, NavigableSet<Integer> lines) {
    public LineMatch {
        files = List.copyOf(files);
        addresses = List.copyOf(addresses);
    }
}
