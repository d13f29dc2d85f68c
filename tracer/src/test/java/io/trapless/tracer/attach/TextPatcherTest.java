package io.trapless.tracer.attach;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trapless.tracer.attach.AttachRefusal.Reason;
import io.trapless.tracer.linux.Memory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Changes under the feet of three threads: one in a loop, one in a system call, one inside a signal handler that interrupted the place. */
class TextPatcherTest {
    private static final int PAGE = 4096;

    private final Ptracer ptracer = new Ptracer();
    private TestTarget program;
    private TargetProcess target;
    private Gadgets gadgets;
    private long code;

    @BeforeEach
    void begin() throws Exception {
        program = TestTarget.start("sites");
        target = TargetProcess.open(program.pid());
        gadgets = Gadgets.find(target);
        assertProgress(address(3, 0));
        assertProgress(address(3, 1));
        code = ptracer.call(() -> {
            try (StoppedThreads one = target.stopOne();
                    RemoteCalls calls = RemoteCalls.borrow(one, gadgets)) {
                long near = address(0, 0);
                return new RemoteMemory(calls)
                        .mapAnonymousNear(near, near + PAGE, PAGE, Memory.PROT_READ | Memory.PROT_EXEC);
            }
        });
    }

    @AfterEach
    void end() throws Exception {
        ptracer.close();
        target.close();
        program.close();
    }

    /** A number of the program's listing of addresses. */
    private long address(int line, int column) {
        try {
            return Long.parseLong(program.line(line).split(" ")[column].substring(2), 16);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aLoopGoesOnInItsCopy() throws Exception {
        long site = address(0, 0);
        long siteEnd = address(0, 1);
        byte[] original = target.readMemory(site, (int) (siteEnd - site));
        target.writeMemory(code, withJump(original, code, siteEnd));
        TextChange change = new TextChange(site, original, jump(site, code, original.length));
        int moved = 0;
        for (int i = 0; i < 60; i++) {
            moved += apply(List.of(change), moves(site, code, 0, 1, 5));
            assertProgress(address(3, 0));
            assertThat(apply(List.of(change.inverse()), List.of())).isZero();
            assertProgress(address(3, 0));
        }
        // The thread spends most of its time inside.
        assertThat(moved).isPositive();
        assertThat(target.readMemory(site, original.length)).isEqualTo(original);
        endWell();
    }

    @Test
    void anInterruptedSystemCallRestartsInTheCopy() throws Exception {
        long site = address(1, 0);
        long siteEnd = address(1, 1);
        byte[] original = target.readMemory(site, (int) (siteEnd - site));
        assertThat(original).endsWith(0x0f, 0x05);
        target.writeMemory(code, withJump(original, code, siteEnd));
        TextChange change = new TextChange(site, original, jump(site, code, original.length));
        int moved = 0;
        // The thread sleeps in the call nearly always.
        for (int i = 0; i < 50 && moved == 0; i++) {
            if (i > 0) {
                apply(List.of(change.inverse()), List.of());
                assertProgress(address(3, 1));
            }
            moved = apply(List.of(change), moves(site, code, 0, 5));
        }
        assertThat(moved).isEqualTo(1);
        assertProgress(address(3, 1));
        endWell();
    }

    @Test
    void aSignalHandlerReturnsIntoTheCopy() throws Exception {
        long site = address(2, 0);
        long siteEnd = address(2, 1);
        byte[] original = target.readMemory(site, (int) (siteEnd - site));
        program.process().signal(10);
        for (int i = 0; i < 1000 && target.readMemory(address(4, 0), 1)[0] == 0; i++) {
            Thread.sleep(1);
        }
        byte[] copy = original.clone();
        // The copy's comparison names its operand relative to itself.
        Bytes.putInt(copy, 3, Bytes.getInt(original, 3) + (int) (site - code));
        target.writeMemory(code, withJump(copy, code, siteEnd));
        int moved = apply(
                List.of(new TextChange(site, original, jump(site, code, original.length))), moves(site, code, 0, 1, 8));
        assertThat(moved).isEqualTo(1);
        assertThat(used()).isTrue();
        program.process().signal(12);
        assertProgress(address(3, 2));
        endWell();
    }

    @Test
    void codeThatNobodyPointsToIsUnused() throws Exception {
        assertThat(used()).isFalse();
    }

    @Test
    void otherBytesAreRefusedAndNothingIsWritten() throws Exception {
        long site = address(0, 0);
        byte[] original = target.readMemory(site, 5);
        byte[] wrong = original.clone();
        wrong[4] ^= 1;
        long elsewhere = address(1, 0);
        byte[] text = target.readMemory(elsewhere, 5);
        List<TextChange> changes = List.of(
                new TextChange(elsewhere, text, jump(elsewhere, code, 5)),
                new TextChange(site, wrong, jump(site, code, 5)));
        assertThatThrownBy(() -> apply(changes, List.of())).isInstanceOfSatisfying(AttachException.class, e -> {
            assertThat(e.reason()).isEqualTo(Reason.BYTES_DIFFER);
            assertThat(e).hasMessageContaining(Long.toHexString(site + 4));
        });
        assertThat(target.readMemory(elsewhere, 5)).isEqualTo(text);
        endWell();
    }

    @Test
    void aThreadThatNoMoveCoversIsRefusedAndNothingIsWritten() throws Exception {
        long site = address(1, 0);
        byte[] original = target.readMemory(site, 7);
        target.writeMemory(code, withJump(original, code, site + 7));
        TextChange change = new TextChange(site, original, jump(site, code, 7));
        // The thread sleeps in the call nearly always.
        assertThatThrownBy(() -> {
                    for (int i = 0; i < 50; i++) {
                        apply(List.of(change), List.of());
                        apply(List.of(change.inverse()), List.of());
                        assertProgress(address(3, 1));
                    }
                })
                .isInstanceOfSatisfying(
                        AttachException.class, e -> assertThat(e.reason()).isEqualTo(Reason.THREAD_IN_THE_WAY));
        assertThat(target.readMemory(site, 7)).isEqualTo(original);
        endWell();
    }

    private int apply(List<TextChange> changes, List<RipMove> moves) throws AttachException {
        return ptracer.call(() -> {
            try (StoppedThreads stopped = target.stopAll()) {
                return TextPatcher.of(changes, moves).apply(stopped);
            }
        });
    }

    private boolean used() throws AttachException {
        return ptracer.call(() -> {
            try (StoppedThreads stopped = target.stopAll()) {
                return StackScan.findsAny(stopped, List.of(new AddressRange(code, code + PAGE)));
            }
        });
    }

    private void assertProgress(long counter) throws Exception {
        long before = target.readLong(counter);
        for (int i = 0; i < 2000 && target.readLong(counter) - before < 2; i++) {
            Thread.sleep(1);
        }
        assertThat(target.readLong(counter) - before).isGreaterThanOrEqualTo(2);
    }

    private void endWell() throws Exception {
        // The handler's thread needs to have been in its loop, whatever the test was about.
        program.process().signal(12);
        program.process().signal(10);
        program.terminate();
        program.assertGoodEnd();
    }

    private static List<RipMove> moves(long from, long to, int... offsets) {
        List<RipMove> moves = new ArrayList<>();
        for (int offset : offsets) {
            moves.add(new RipMove(from + offset, to + offset));
        }
        return moves;
    }

    /** jmp rel32, and int3 in what remains: nobody may ever get there. */
    private static byte[] jump(long from, long to, int size) {
        byte[] bytes = new byte[size];
        Arrays.fill(bytes, (byte) 0xcc);
        bytes[0] = (byte) 0xe9;
        Bytes.putInt(bytes, 1, to - from - 5);
        return bytes;
    }

    private static byte[] withJump(byte[] copy, long at, long to) {
        byte[] bytes = Arrays.copyOf(copy, copy.length + 5);
        System.arraycopy(jump(at + copy.length, to, 5), 0, bytes, copy.length, 5);
        return bytes;
    }
}
