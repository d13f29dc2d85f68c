package io.trapless.tracer.session;

import io.trapless.tracer.attach.RipMove;
import io.trapless.tracer.attach.TextChange;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Divides changes of code so that each part is made in one stop of the process that nobody notices. What takes the time is not the number of changes but that of the pages they are on: each is copied by the
 * kernel when it is written for the first time. The changes of a page stay together.
 */
final class TextBatches {
    /** Pages written in one stop: a few milliseconds. */
    static final int PAGES = 128;

    private static final int PAGE = 4096;

    /**
     * What is changed in one stop.
     *
     * @param changes in order of address
     * @param moves those of instructions that begin inside the changes, in order of address
     */
    record Batch(List<TextChange> changes, List<RipMove> moves) {
        Batch {
            changes = List.copyOf(changes);
            moves = List.copyOf(moves);
        }
    }

    private TextBatches() {}

    /** In order of address. */
    static List<Batch> of(List<TextChange> changes, List<RipMove> moves) {
        List<TextChange> sorted = new ArrayList<>(changes);
        sorted.sort(Comparator.comparingLong(TextChange::address));
        List<RipMove> sortedMoves = new ArrayList<>(moves);
        sortedMoves.sort(Comparator.comparingLong(RipMove::from));
        List<Batch> batches = new ArrayList<>();
        int firstMove = 0;
        for (int first = 0; first < sorted.size(); ) {
            int behind = end(sorted, first);
            long endAddress = sorted.get(behind - 1).end();
            while (firstMove < sortedMoves.size()
                    && sortedMoves.get(firstMove).from() < sorted.get(first).address()) {
                firstMove++;
            }
            int behindMove = firstMove;
            while (behindMove < sortedMoves.size()
                    && sortedMoves.get(behindMove).from() < endAddress) {
                behindMove++;
            }
            batches.add(new Batch(sorted.subList(first, behind), sortedMoves.subList(firstMove, behindMove)));
            firstMove = behindMove;
            first = behind;
        }
        return batches;
    }

    /** Index behind the last change of the batch that begins at {@code first}. */
    private static int end(List<TextChange> sorted, int first) {
        int pages = 0;
        long page = Long.MIN_VALUE;
        int i = first;
        for (; i < sorted.size(); i++) {
            long itsPage = sorted.get(i).address() / PAGE;
            if (itsPage != page) {
                page = itsPage;
                pages++;
            }
            if (pages > PAGES) {
                break;
            }
        }
        return i;
    }
}
