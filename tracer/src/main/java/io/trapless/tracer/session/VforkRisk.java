package io.trapless.tracer.session;

import io.trapless.binary.elf.ElfException;
import io.trapless.binary.elf.ElfFile;
import io.trapless.binary.elf.ElfSymbols;
import io.trapless.binary.symbol.GoFunctions;
import java.util.Set;

/**
 * What an image has to do with vfork children. Such a child has its parent's thread pointer but no rseq of its own. A function that calls vfork can't return before the exec, so the child runs code of the image that calls it, or of the C
 * library.
 *
 * @param isStatic whether it is a program without a dynamic linker: the C library is in it
 * @param isGo whether it is not, and has code of the Go compiler's: that makes such children without the C library
 * @param callsVfork whether its own code makes such children, or may, as in a static program
 * @param mayRunInChild whether its code may run in one at all
 */
record VforkRisk(boolean isStatic, boolean isGo, boolean callsVfork, boolean mayRunInChild) {
    private static final Set<String> MAKERS = Set.of("vfork", "__vfork", "clone", "__clone", "clone3");

    /** May make such a child too, but hardly ever does. */
    private static final Set<String> POSSIBLE_MAKERS = Set.of("syscall");

    static VforkRisk of(ElfFile image) throws ElfException {
        String soname = image.soname();
        boolean isAlone = image.interpreter() == null && image.needed().isEmpty();
        boolean isStatic = isAlone && soname == null; // else it is the dynamic linker
        boolean isOfLibc = soname != null && (soname.startsWith("libc.") || soname.startsWith("ld-"));
        boolean isGo = !isStatic && GoFunctions.areIn(image);
        boolean calls = isStatic || isGo || imports(image, MAKERS);
        return new VforkRisk(isStatic, isGo, calls, calls || isAlone || isOfLibc || imports(image, POSSIBLE_MAKERS));
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
