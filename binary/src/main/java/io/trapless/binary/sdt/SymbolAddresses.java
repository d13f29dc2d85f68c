package io.trapless.binary.sdt;

import io.trapless.binary.elf.ElfException;
import java.util.OptionalLong;

/** Addresses of the data symbols that operands name. */
@FunctionalInterface
public interface SymbolAddresses {
    /** The one address that a name has; empty if it is unknown or means several. */
    OptionalLong addressOf(String symbol) throws ElfException;
}
