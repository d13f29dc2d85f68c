package io.trapless.binary.elf;

/** Why a file could not be read as an x86-64 ELF image; each has the sentence that the user is shown. */
public enum ElfError {
    UNREADABLE("cannot be read: check the path and its permissions"),
    NOT_ELF("is not an ELF file: name a program or a shared library"),
    THIRTY_TWO_BIT("is a 32-bit ELF file: only 64-bit x86-64 programs can be traced"),
    BIG_ENDIAN("is a big-endian ELF file: only x86-64 programs can be traced"),
    FOREIGN_MACHINE("is an ELF file of another processor: only x86-64 programs can be traced"),
    NOT_AN_IMAGE("is an object or core file: name a linked program or shared library"),
    TRUNCATED("is a truncated ELF file: its headers point beyond its end; install it again"),
    MALFORMED("is a malformed ELF file: install it again"),
    TOO_LARGE("has a part that is larger than this reader accepts"),
    BAD_DEBUG_DATA("has compressed symbols (.gnu_debugdata) that cannot be unpacked");

    private final String sentence;

    ElfError(String sentence) {
        this.sentence = sentence;
    }

    /** What is wrong and what to do, to stand after the file's name. */
    public String sentence() {
        return sentence;
    }
}
