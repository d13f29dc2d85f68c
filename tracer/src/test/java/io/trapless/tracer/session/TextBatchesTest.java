package io.trapless.tracer.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapless.tracer.attach.RipMove;
import io.trapless.tracer.attach.TextChange;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TextBatchesTest {
    private static final int PAGE = 4096;

    @Test
    void everyChangeIsInOneBatchWithItsMovesAndABatchIsShort() {
        long seed = System.nanoTime();
        System.out.println("TextBatchesTest seed " + seed);
        Random random = new Random(seed);
        List<TextChange> changes = new ArrayList<>();
        List<RipMove> moves = new ArrayList<>();
        long address = 0x5555_0000_0000L;
        for (int i = 0; i < 20_000; i++) {
            address += 16 + random.nextInt(500);
            changes.add(new TextChange(address, new byte[8], new byte[] {1, 2, 3, 4, 5, 6, 7, 8}));
            moves.add(new RipMove(address, i));
            moves.add(new RipMove(address + 3, i));
        }
        List<TextChange> shuffled = new ArrayList<>(changes);
        Collections.shuffle(shuffled, random);
        List<RipMove> shuffledMoves = new ArrayList<>(moves);
        Collections.shuffle(shuffledMoves, random);

        List<TextBatches.Batch> batches = TextBatches.of(shuffled, shuffledMoves);

        assertThat(batches.stream().flatMap(batch -> batch.changes().stream())).containsExactlyElementsOf(changes);
        assertThat(batches.stream().flatMap(batch -> batch.moves().stream())).containsExactlyElementsOf(moves);
        Set<Long> pagesBefore = new HashSet<>();
        for (TextBatches.Batch batch : batches) {
            Set<Long> pages = new HashSet<>();
            batch.changes().forEach(change -> pages.add(change.address() / PAGE));
            assertThat(pages).hasSizeLessThanOrEqualTo(TextBatches.PAGES).noneMatch(pagesBefore::contains);
            pagesBefore.addAll(pages);
            long first = batch.changes().getFirst().address();
            long end = batch.changes().getLast().end();
            assertThat(batch.moves()).allSatisfy(move -> assertThat(move.from()).isBetween(first, end - 1));
        }
        assertThat(batches).hasSizeGreaterThan(1);
    }

    @Test
    void nothingIsNoBatch() {
        assertThat(TextBatches.of(List.of(), List.of())).isEmpty();
    }
}
