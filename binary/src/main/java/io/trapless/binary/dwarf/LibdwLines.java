package io.trapless.binary.dwarf;

import io.trapless.binary.foreign.Downcall;
import java.lang.foreign.MemorySegment;

/** The functions of libdw that read source lines and source files (elfutils/libdw.h). {@link Libdw} has the others and the rules. */
final class LibdwLines {
    private LibdwLines() {}

    /** Made when the library is known to be there. */
    private static final class Functions {
        static final MemorySegment LINES = Libdw.dw("dwarf_getsrclines");
        static final MemorySegment LINE = Libdw.dw("dwarf_onesrcline");
        static final MemorySegment LINE_SOURCE = Libdw.dw("dwarf_linesrc");
        static final MemorySegment LINE_NUMBER = Libdw.dw("dwarf_lineno");
        static final MemorySegment LINE_COLUMN = Libdw.dw("dwarf_linecol");
        static final MemorySegment LINE_ADDRESS = Libdw.dw("dwarf_lineaddr");
        static final MemorySegment LINE_STATEMENT = Libdw.dw("dwarf_linebeginstatement");
        static final MemorySegment LINE_END = Libdw.dw("dwarf_lineendsequence");
        static final MemorySegment LINE_OF_ADDRESS = Libdw.dw("dwarf_getsrc_die");
        static final MemorySegment FILES = Libdw.dw("dwarf_getsrcfiles");
        static final MemorySegment FILE = Libdw.dw("dwarf_filesrc");

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
        return Libdw.pointer(Downcall.call(Functions.FILE, files.address(), number, 0, 0));
    }

    /** The path; the same pointer for all lines of a file. NULL if there is none. */
    static MemorySegment source(MemorySegment line) {
        return Libdw.pointer(Downcall.call(Functions.LINE_SOURCE, line.address(), 0, 0));
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

    private static int ofThree(MemorySegment function, MemorySegment first, MemorySegment second, MemorySegment third) {
        return (int) Downcall.call(function, first.address(), second.address(), third.address());
    }

    private static MemorySegment ofNumber(MemorySegment function, MemorySegment first, long number) {
        return Libdw.pointer(Downcall.call(function, first.address(), number));
    }
}
