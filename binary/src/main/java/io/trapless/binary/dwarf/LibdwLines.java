package io.trapless.binary.dwarf;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** The functions of libdw that read source lines and source files (elfutils/libdw.h). {@link Libdw} has the others and the rules. */
final class LibdwLines {
    private LibdwLines() {}

    /** Made when the library is known to be there. */
    private static final class Functions {
        static final MethodHandle LINES = Libdw.dw("dwarf_getsrclines", JAVA_INT, ADDRESS, ADDRESS, ADDRESS);
        static final MethodHandle LINE = Libdw.dw("dwarf_onesrcline", ADDRESS, ADDRESS, JAVA_LONG);
        static final MethodHandle LINE_SOURCE = Libdw.dw("dwarf_linesrc", Libdw.STRING, ADDRESS, ADDRESS, ADDRESS);
        static final MethodHandle LINE_NUMBER = Libdw.dw("dwarf_lineno", JAVA_INT, ADDRESS, ADDRESS);
        static final MethodHandle LINE_COLUMN = Libdw.dw("dwarf_linecol", JAVA_INT, ADDRESS, ADDRESS);
        static final MethodHandle LINE_ADDRESS = Libdw.dw("dwarf_lineaddr", JAVA_INT, ADDRESS, ADDRESS);
        static final MethodHandle LINE_STATEMENT = Libdw.dw("dwarf_linebeginstatement", JAVA_INT, ADDRESS, ADDRESS);
        static final MethodHandle LINE_END = Libdw.dw("dwarf_lineendsequence", JAVA_INT, ADDRESS, ADDRESS);
        static final MethodHandle LINE_OF_ADDRESS = Libdw.dw("dwarf_getsrc_die", ADDRESS, ADDRESS, JAVA_LONG);
        static final MethodHandle FILES = Libdw.dw("dwarf_getsrcfiles", JAVA_INT, ADDRESS, ADDRESS, ADDRESS);
        static final MethodHandle FILE = Libdw.dw("dwarf_filesrc", Libdw.STRING, ADDRESS, JAVA_LONG, ADDRESS, ADDRESS);

        private Functions() {}
    }

    /** 0 if a unit has lines: where they are, and how many. */
    static int lines(MemorySegment unitDie, MemorySegment lines, MemorySegment count) {
        return ofThree(Functions.LINES, unitDie, lines, count);
    }

    static MemorySegment line(MemorySegment lines, long index) {
        return ofNumber(Functions.LINE, lines, index);
    }

    /** The line of a unit that an address belongs to; NULL if it belongs to none. */
    static MemorySegment lineOf(MemorySegment unitDie, long address) {
        return ofNumber(Functions.LINE_OF_ADDRESS, unitDie, address);
    }

    /** 0 if a unit has source files: where they are, and how many. */
    static int files(MemorySegment unitDie, MemorySegment files, MemorySegment count) {
        return ofThree(Functions.FILES, unitDie, files, count);
    }

    /** The path of the file of that number. NULL if there is none. */
    static MemorySegment file(MemorySegment files, long number) {
        try {
            return (MemorySegment) Functions.FILE.invokeExact(files, number, MemorySegment.NULL, MemorySegment.NULL);
        } catch (Throwable e) {
            throw Libdw.impossible(e);
        }
    }

    /** The path; the same pointer for all lines of a file. NULL if there is none. */
    static MemorySegment source(MemorySegment line) {
        try {
            return (MemorySegment) Functions.LINE_SOURCE.invokeExact(line, MemorySegment.NULL, MemorySegment.NULL);
        } catch (Throwable e) {
            throw Libdw.impossible(e);
        }
    }

    static int number(MemorySegment line, MemorySegment result) {
        return Libdw.ofTwo(Functions.LINE_NUMBER, line, result);
    }

    static int column(MemorySegment line, MemorySegment result) {
        return Libdw.ofTwo(Functions.LINE_COLUMN, line, result);
    }

    static int address(MemorySegment line, MemorySegment result) {
        return Libdw.ofTwo(Functions.LINE_ADDRESS, line, result);
    }

    static int isStatement(MemorySegment line, MemorySegment result) {
        return Libdw.ofTwo(Functions.LINE_STATEMENT, line, result);
    }

    static int endsSequence(MemorySegment line, MemorySegment result) {
        return Libdw.ofTwo(Functions.LINE_END, line, result);
    }

    private static int ofThree(MethodHandle function, MemorySegment first, MemorySegment second, MemorySegment third) {
        try {
            return (int) function.invokeExact(first, second, third);
        } catch (Throwable e) {
            throw Libdw.impossible(e);
        }
    }

    private static MemorySegment ofNumber(MethodHandle function, MemorySegment first, long number) {
        try {
            return (MemorySegment) function.invokeExact(first, number);
        } catch (Throwable e) {
            throw Libdw.impossible(e);
        }
    }
}
