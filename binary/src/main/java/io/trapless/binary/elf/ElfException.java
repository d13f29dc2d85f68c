package io.trapless.binary.elf;

import java.io.IOException;

/** The only exception of this package: a file that cannot be read as an x86-64 ELF image. */
public final class ElfException extends IOException {
    private final ElfError error;
    private final String detail;

    public ElfException(ElfError error, String detail) {
        super(error.sentence() + (detail.isEmpty() ? "" : " (" + detail + ")"));
        this.error = error;
        this.detail = detail;
    }

    public ElfError error() {
        return error;
    }

    /** What exactly was found, for the developer; may be empty. */
    public String detail() {
        return detail;
    }

    /** One line for the user: the file, what is wrong, what to do. */
    public String sentence(String fileName) {
        return fileName + " " + getMessage();
    }
}
