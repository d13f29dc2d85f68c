package io.trapless.trace.pairing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** One thread's calls. Functions have letters, clauses have one id for the entry (the letter) and one for the exit (upper case). */
class FramePairingTest {
    private final List<String> unwound = new ArrayList<>();
    private final FramePairing pairing =
            new FramePairing(frame -> unwound.add((char) frame.entryId() + "@" + frame.leftTsc()));
    private long tsc;

    private void enter(char function, long stackPointer) {
        pairing.entry(function, function, stackPointer, ++tsc, 0);
    }

    /** When the call was entered that ends here. */
    private long exit(char function, long stackPointer) {
        return pairing.exit(Character.toUpperCase(function), function, stackPointer, ++tsc, 0);
    }

    private List<String> end() {
        List<String> unfinished = new ArrayList<>();
        pairing.end(frame -> unfinished.add(String.valueOf((char) frame.entryId())));
        return unfinished;
    }

    @Test
    void nestedAndRecursiveCallsPairFromTheInside() {
        enter('f', 1000);
        enter('f', 900);
        enter('g', 800);
        assertThat(exit('g', 800)).isEqualTo(3);
        assertThat(exit('f', 900)).isEqualTo(2);
        enter('f', 900);
        assertThat(exit('f', 900)).isEqualTo(6);
        assertThat(exit('f', 1000)).isEqualTo(1);
        assertThat(end()).isEmpty();
        assertThat(unwound).isEmpty();
    }

    @Test
    void anExceptionLeavesTheInnerFrames() {
        enter('f', 1000);
        enter('g', 900);
        enter('h', 800);
        assertThat(exit('f', 1000)).as("it caught what h threw").isEqualTo(1);
        end();
        assertThat(unwound).containsExactlyInAnyOrder("g@4", "h@4");
    }

    @Test
    void aLoopThatCatchesGoesOnInTheSamePlace() {
        enter('f', 1000);
        for (int i = 0; i < 100; i++) {
            enter('g', 900);
        }
        assertThat(exit('g', 900)).as("the last one").isEqualTo(101);
        assertThat(unwound).hasSize(99).startsWith("g@3", "g@4");
        assertThat(exit('f', 1000)).isEqualTo(1);
    }

    @Test
    void aTailCallEndsOneAndBeginsAnother() {
        enter('f', 1000);
        assertThat(exit('f', 1000)).isEqualTo(1);
        enter('g', 1000);
        assertThat(exit('g', 1000)).isEqualTo(3);
        assertThat(end()).isEmpty();
        assertThat(unwound).isEmpty();
    }

    @Test
    void anExitThatIsNotRecordedIsSeenByWhatTakesItsPlace() {
        enter('f', 1000);
        enter('g', 1000);
        assertThat(exit('g', 1000)).isEqualTo(2);
        assertThat(unwound).containsExactly("f@2");
    }

    @Test
    void coroutinesOnSeveralStacksAreNotUnwound() {
        enter('m', 10_000);
        enter('a', 5000); // on a stack below
        enter('a', 4900);
        enter('b', 90_000); // on a stack above: it looks as if all before was left
        assertThat(exit('a', 4900)).isEqualTo(3);
        enter('b', 89_000);
        assertThat(exit('a', 5000)).isEqualTo(2);
        assertThat(exit('b', 89_000)).isEqualTo(6);
        assertThat(exit('b', 90_000)).isEqualTo(4);
        assertThat(exit('m', 10_000)).isEqualTo(1);
        assertThat(end()).isEmpty();
        assertThat(unwound).isEmpty();
    }

    @Test
    void whatIsOpenAtTheEndIsUnfinished() {
        enter('f', 1000);
        enter('g', 900);
        assertThat(end()).containsExactly("f", "g");
        assertThat(unwound).isEmpty();
    }

    @Test
    void anExitWithoutEntryEndsNothing() {
        assertThat(exit('g', 900)).as("tracing began inside").isEqualTo(FramePairing.NO_ENTRY);
        enter('f', 1000);
        assertThat(exit('g', 1000)).isEqualTo(FramePairing.NO_ENTRY);
        assertThat(exit('f', 1000)).isEqualTo(2);
    }

    @Test
    void clausesOnTheSameFunctionShareItsFrames() {
        pairing.entry('f', 'f', 1000, 1, 0);
        pairing.entry('x', 'f', 1000, 2, 0); // another clause's record of the same entry
        assertThat(pairing.exit('F', 'f', 1000, 3, 0)).isEqualTo(1);
        assertThat(pairing.exit('X', 'f', 1000, 4, 0)).isEqualTo(1);
        pairing.entry('f', 'f', 1000, 5, 0);
        pairing.entry('x', 'f', 1000, 6, 0);
        assertThat(pairing.exit('F', 'f', 1000, 7, 0)).isEqualTo(5);
        assertThat(pairing.exit('X', 'f', 1000, 8, 0)).isEqualTo(5);
        assertThat(unwound).isEmpty();
    }

    @Test
    void stackPointersAreUnsigned() {
        enter('f', Long.MIN_VALUE + 8);
        enter('g', Long.MAX_VALUE - 7);
        assertThat(exit('g', Long.MAX_VALUE - 7)).isEqualTo(2);
        assertThat(exit('f', Long.MIN_VALUE + 8)).isEqualTo(1);
    }

    /** A random program of calls, returns, throws and stack switches against its own true call stacks. */
    @Test
    void everyExitFindsItsEntryWhateverTheProgramDoes() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        record Call(char function, long stackPointer, long tsc) {}
        List<Deque<Call>> stacks = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            stacks.add(new ArrayDeque<>());
        }
        int current = 0;
        int thrown = 0;
        for (int step = 0; step < 200_000; step++) {
            Deque<Call> stack = stacks.get(current);
            int choice = random.nextInt(100);
            if (choice < 45 && stack.size() < 200 || stack.isEmpty()) {
                long top = stack.isEmpty() ? 1_000_000L * (current + 1) : stack.peek().stackPointer;
                char function = (char) ('a' + random.nextInt(26));
                long stackPointer = top - 16 - 16L * random.nextInt(8);
                enter(function, stackPointer);
                stack.push(new Call(function, stackPointer, tsc));
            } else if (choice < 90) {
                Call call = stack.pop();
                assertThat(exit(call.function, call.stackPointer))
                        .as("seed %d", seed)
                        .isEqualTo(call.tsc);
            } else if (choice < 93) {
                for (int frames = 1 + random.nextInt(stack.size()); frames > 0; frames--) {
                    stack.pop();
                    thrown++;
                }
            } else {
                current = random.nextInt(stacks.size());
            }
        }
        int open = stacks.stream().mapToInt(Deque::size).sum();
        int unfinished = end().size();
        // A frame on another stack that never came back can't be told from one that was thrown away, nor the other way
        // round.
        assertThat(unwound.size() + unfinished).as("seed %d", seed).isEqualTo(thrown + open);
    }
}
