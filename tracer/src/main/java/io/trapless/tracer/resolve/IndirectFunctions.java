package io.trapless.tracer.resolve;

import io.trapless.binary.elf.EhFrame;
import io.trapless.binary.elf.ElfException;
import io.trapless.binary.elf.Relocations;
import io.trapless.binary.symbol.Function;
import io.trapless.tracer.attach.TargetProcess;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Reads from a process which implementation the loader put in for an IFUNC symbol. */
final class IndirectFunctions {
    private static final int POINTER_SIZE = 8;

    private IndirectFunctions() {}

    /** What one slot says; {@link Modules#UNKNOWN} while it still leads elsewhere than to a function of the module. */
    static long chosen(TargetProcess target, ModuleImage module, Function resolver, long slotAddress)
            throws ElfException {
        byte[] word = new byte[POINTER_SIZE];
        if (target.tryReadMemory(slotAddress, word, 0, POINTER_SIZE) != POINTER_SIZE) {
            return Modules.UNKNOWN;
        }
        long value = ByteBuffer.wrap(word).order(ByteOrder.LITTLE_ENDIAN).getLong();
        long fileAddress = value - module.loadBias();
        boolean isImplementation = module.containsCode(value)
                && fileAddress != resolver.address()
                && isFunctionStart(module.file(), fileAddress);
        return isImplementation ? value : Modules.UNKNOWN;
    }

    /** A slot that is not bound yet leads into a stub of the linkage table: into its middle, or to its start, where no symbol is. */
    private static boolean isFunctionStart(ImageFile file, long address) throws ElfException {
        EhFrame.Fde entry = file.elf().ehFrame().covering(address);
        if (entry != null && entry.start() == address && !isLinkageTable(file, address)) {
            return true;
        }
        Function function = file.symbols().nearest(address);
        return function != null && function.address() == address;
    }

    /** The linkage table has unwind entries too, each for the whole of it. */
    private static boolean isLinkageTable(ImageFile file, long address) {
        return file.elf().sections().stream()
                .anyMatch(section -> section.name().startsWith(".plt")
                        && address >= section.address()
                        && address < section.endAddress());
    }

    /** What another module got for the symbol. */
    static long chosenByImporter(TargetProcess target, ModuleImage module, Function resolver, ModuleImage importer)
            throws ElfException {
        Relocations relocations = importer.file().elf().relocations();
        for (int i = 0; i < relocations.size(); i++) {
            int type = relocations.type(i);
            if (type == Relocations.R_X86_64_JUMP_SLOT || type == Relocations.R_X86_64_GLOB_DAT) {
                String name = relocations.symbolName(i);
                if (name != null && (name.equals(resolver.name()) || resolver.aliases().contains(name))) {
                    long found = chosen(target, module, resolver, importer.loadBias() + relocations.slot(i));
                    if (found != Modules.UNKNOWN) {
                        return found;
                    }
                }
            }
        }
        return Modules.UNKNOWN;
    }
}
