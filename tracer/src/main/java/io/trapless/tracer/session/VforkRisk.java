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
    private static final Set<String> MAKERS = Set.of("vfork", "__vfork", "clone", "__clone", "clone3");

    /** May make such a child too, but hardly ever does. */
    private static final Set<String> POSSIBLE_MAKERS = Set.of("syscall");

    private VforkRisk() {}

    static boolean of(ElfFile image) throws ElfException {
        if (image.interpreter() == null && image.needed().isEmpty()) {
            return true; // static, or the dynamic linker
        }
        String soname = image.soname();
        if (soname != null && (soname.startsWith("libc.") || soname.startsWith("ld-"))) {
            return true;
        }
        return imports(image, MAKERS) || imports(image, POSSIBLE_MAKERS);
    }

    /**
     * Whether the image's own code makes such children, or may, as in a static program: looking twice is not enough then. A child that is preempted behind its second look, on its parent's CPU, would write over what others have recorded
     * meanwhile, and one that runs much code before the exec will be some time.
     */
    static boolean isCaller(ElfFile image) throws ElfException {
        boolean isStatic = image.interpreter() == null && image.needed().isEmpty() && image.soname() == null;
        return isStatic || imports(image, MAKERS);
    }

    private static boolean imports(ElfFile image, Set<String> names) throws ElfException {
        ElfSymbols symbols = image.dynamicSymbols();
        for (int i = 0; i < symbols.size(); i++) {
            if (!symbols.isDefined(i) && names.contains(symbols.name(i))) {
                return true;
            }
        }
        return false;
    }
}
