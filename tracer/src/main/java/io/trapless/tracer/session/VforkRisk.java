package io.trapless.tracer.session;

import io.trapless.binary.elf.ElfException;
import io.trapless.binary.elf.ElfFile;
import io.trapless.binary.elf.ElfSymbols;
import java.util.Set;

/**
 * Whether an image's code may run in a vfork child. Such a child has its parent's thread pointer but no rseq of its own, so its trampolines have to look twice. A function that calls vfork
 * can't return before the exec, so the child runs code of the image that calls it, or of the C library.
 */
final class VforkRisk {
    private static final Set<String> CALLS = Set.of("vfork", "__vfork", "clone", "__clone", "clone3", "syscall");

    private VforkRisk() {}

    static boolean of(ElfFile image) throws ElfException {
        if (image.interpreter() == null && image.needed().isEmpty()) {
            return true; // static, or the dynamic linker
        }
        String soname = image.soname();
        if (soname != null && (soname.startsWith("libc.") || soname.startsWith("ld-"))) {
            return true;
        }
        ElfSymbols symbols = image.dynamicSymbols();
        for (int i = 0; i < symbols.size(); i++) {
            if (!symbols.isDefined(i) && CALLS.contains(symbols.name(i))) {
                return true;
            }
        }
        return false;
    }
}
