package io.trapless.tracer.attach;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds the places that signal handlers will return to: a thread inside a handler has, on its stack, a frame with the rip it was interrupted at. Such a frame is known by its first word,
 * the address of code that calls rt_sigreturn(2), and by the code segment that it saved. On the {@link Ptracer} thread only.
 */
final class SignalFrames {
    /** Deepest nesting of handlers that is followed. */
    private static final int MAX_DEPTH = 16;

    /** A method with a loop is compiled after 300 calls that make more than 6,000 turns (Tier3MinInvocationThreshold and Tier3CompileThreshold, as the launcher scales them). */
    private static final int WARM_UP_WORDS = 64;

    private static final int WARM_UP_ROUNDS = 1000;

    /** From a frame's first word to that with its code segment. */
    private static final int SEGMENTS = SignalFrame.SEGMENTS_OFFSET / Long.BYTES;

    private final TargetProcess target;

    /** As they were a moment ago, or as they are if a stack lies in none of those. */
    private List<MemoryMapping> mappings;

    /** From the first to behind the last executable byte: most words of a stack lie outside, and are passed over quickly. */
    private long lowestCode;

    private long codeSpan;
    private final Map<Long, Boolean> returns = new HashMap<>();
    private final List<Interrupted> found = new ArrayList<>();

    private SignalFrames(TargetProcess target) throws AttachException {
        this.target = target;
        this.mappings = target.recentMappings();
        findCode();
    }

    private void findCode() {
        long lowest = -1;
        long end = 0;
        for (int i = 0; i < mappings.size(); i++) {
            MemoryMapping mapping = mappings.get(i);
            if (mapping.executable()) {
                lowest = lowest < 0 ? mapping.start() : lowest;
                end = mapping.end();
            }
        }
        this.lowestCode = lowest;
        this.codeSpan = Math.max(0, end - lowest);
    }

    /**
     * What a handler interrupted.
     *
     * @param rip where it will go on
     * @param ripAddress where that stands in memory
     * @param rsp the stack pointer it will go on with
     */
    record Interrupted(StoppedThread thread, long rip, long ripAddress, long rsp) {}

    /** Of all stopped threads. */
    static List<Interrupted> find(StoppedThreads stopped) throws AttachException {
        SignalFrames frames = new SignalFrames(stopped.target());
        for (StoppedThread thread : stopped.threads()) {
            frames.follow(thread, thread.registers().rsp(), 0);
        }
        return frames.found;
    }

    /** Looks through a stack from {@code rsp} up, and on through the stack that was interrupted if that is another one. */
    private void follow(StoppedThread thread, long rsp, int depth) throws AttachException {
        StackWords stack = StackWords.read(target, mappings, rsp);
        if (stack == null) {
            mappings = target.mappings();
            findCode();
            stack = StackWords.read(target, mappings, rsp);
        }
        if (stack == null) {
            return;
        }
        long[] words = stack.words();
        int end = words.length - SignalFrame.SIZE / Long.BYTES + 1;
        for (int i = nextCandidate(words, 0, end, lowestCode, codeSpan);
                i < end;
                i = nextCandidate(words, i + 1, end, lowestCode, codeSpan)) {
            if (!isSignalReturn(words[i])) {
                continue;
            }
            long address = stack.address() + (long) i * Long.BYTES;
            long interruptedRsp = words[i + SignalFrame.RSP_OFFSET / Long.BYTES];
            found.add(new Interrupted(
                    thread,
                    words[i + SignalFrame.RIP_OFFSET / Long.BYTES],
                    address + SignalFrame.RIP_OFFSET,
                    interruptedRsp));
            if (depth < MAX_DEPTH && !stack.contains(interruptedRsp)) {
                follow(thread, interruptedRsp, depth + 1);
            }
        }
    }

    /**
     * Index of the first word from {@code from} up to {@code end} that may begin a frame: the code segment stands where a frame has it, which hardly any other word looks like, and the word itself is one of the {@code span} numbers
     * from {@code lowest} up; {@code end} if there is none.
     */
    private static int nextCandidate(long[] words, int from, int end, long lowest, long span) {
        // a call of Long.compareUnsigned would cost an interpreter more than all the rest
        long last = span + Long.MIN_VALUE;
        int i = from;
        while (i < end
                && ((words[i + SEGMENTS] & 0xFFFF) != Registers.USER_CS
                        || words[i] - lowest + Long.MIN_VALUE >= last)) {
            i++;
        }
        return i;
    }

    /** Has the search compiled: threads stand still while their stacks are looked through. */
    static void warmUp() {
        long[] words = new long[WARM_UP_WORDS];
        for (int round = 0; round < WARM_UP_ROUNDS; round++) {
            nextCandidate(words, 0, words.length - SEGMENTS, 1, 1);
        }
    }

    private boolean isSignalReturn(long word) {
        if (!isExecutable(word)) {
            return false;
        }
        Boolean known = returns.get(word);
        if (known == null) {
            known = isSignalReturnCode(word);
            returns.put(word, known);
        }
        return known;
    }

    private boolean isExecutable(long address) {
        int low = 0;
        int high = mappings.size() - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            MemoryMapping mapping = mappings.get(middle);
            if (address < mapping.start()) {
                high = middle - 1;
            } else if (address >= mapping.end()) {
                low = middle + 1;
            } else {
                return mapping.executable();
            }
        }
        return false;
    }

    private boolean isSignalReturnCode(long address) {
        byte[] code = new byte[9];
        int size = target.tryReadMemory(address, code, 0, code.length);
        return Gadgets.isSignalReturn(code, size);
    }
}
