package io.trapless.script.runtime;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a handler may want to know of a process after the event: the narrow window through which scripts see live processes. Called by the handlers' thread only. */
public interface Targets {
    /** Nothing can be had: for programs without processes, and for traces. */
    Targets NONE = new Targets() {
        @Override
        public boolean read(int pid, long address, byte[] into, int length) {
            return false;
        }

        @Override
        public @Nullable Symbol symbol(int pid, long address) {
            return null;
        }

        @Override
        public long addressOf(int pid, String probe, String symbol) {
            return 0;
        }

        @Override
        public boolean signal(int pid, int tid, int number, boolean threadOnly) {
            return false;
        }
    };

    /**
     * A place in a function.
     *
     * @param module path of the file
     * @param offset bytes from the function's start
     */
    record Symbol(String name, long offset, String module) {}

    /**
     * A place in a file.
     *
     * @param buildId hexadecimal, empty if the file has none
     * @param offset in the file
     */
    record Place(String buildId, long offset) {}

    /**
     * A line of a source file.
     *
     * @param line from 1
     */
    record Line(String file, int line) {}

    /**
     * A function that was inlined.
     *
     * @param name as {@link Symbol}'s
     * @param line where in it; null if nothing tells
     */
    record Inlined(String name, @Nullable Line line) {}

    /**
     * What the source has at an address.
     *
     * @param inlined the functions that were inlined there, the innermost first
     * @param line where in the function that was not inlined; null if nothing tells
     */
    record Source(List<Inlined> inlined, @Nullable Line line) {
        /** Nothing is known. */
        public static final Source NONE = new Source(List.of(), null);

        public Source {
            inlined = List.copyOf(inlined);
        }
    }

    /**
     * What the source has at an address of a process; of a call that is known by its return address, ask for the byte before.
     *
     * @return {@link Source#NONE} if no debugging information tells
     */
    default Source source(int pid, long address) {
        return Source.NONE;
    }

    /**
     * Unwinds a stack that was captured in a process.
     *
     * @param image registers and stack, see {@code CaptureType.StackImage}
     * @return addresses, the innermost first
     */
    default long[] unwind(int pid, byte[] image, int maxFrames) {
        return new long[0];
    }

    /** The place in a file of an address of a process, or null if it is not known. */
    default @Nullable Place place(int pid, long address) {
        return null;
    }

    /** Reads {@code length} bytes of a process's memory; false if any of them can't be read. */
    boolean read(int pid, long address, byte[] into, int length);

    /** Addresses of code in a process that may have to be named after it is gone: whoever keeps what tells their names may see to that now. */
    default void seen(int pid, List<Long> addresses) {}

    /** The function that holds an address of a process, or null if it is not known. */
    @Nullable Symbol symbol(int pid, long address);

    /** The address of a symbol of the module in which {@code probe} stands, in that process; 0 if there is none. */
    long addressOf(int pid, String probe, String symbol);

    /** The process that was started by {@code -c}; 0 if there is none. */
    default int childPid() {
        return 0;
    }

    /** Sends a signal; false if it was not allowed. */
    boolean signal(int pid, int tid, int number, boolean threadOnly);

    /** A symbol's name as people read it: C++ and Rust names demangled. */
    default String readable(String symbol) {
        return symbol;
    }
}
