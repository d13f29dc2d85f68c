package io.trapless.binary.symbol;

import io.trapless.binary.elf.ElfSymbols;
import org.jspecify.annotations.Nullable;

/**
 * One symbol of one table that may be a function.
 *
 * @param name without its version
 * @param isDefault whether a plain name means this one
 */
record RawSymbol(
        String name,
        long address,
        long sizeBytes,
        Function.Kind kind,
        Function.Binding binding,
        @Nullable String version,
        boolean isDefault) {

    /** The name by which this one alone is meant. */
    String fullName() {
        return version == null || isDefault ? name : name + "@" + version;
    }

    /** Order of preference among the names of one address: the one a user would know first. Lower is better. */
    int rank() {
        int rank = switch (binding) {
            case GLOBAL -> 0;
            case WEAK -> 8;
            case LOCAL -> 16;
        };
        if (kind == Function.Kind.NOTYPE) {
            rank += 32;
        }
        if (!isDefault) {
            rank += 4;
        }
        int underscores = 0;
        while (underscores < 2 && underscores < name.length() && name.charAt(underscores) == '_') {
            underscores++;
        }
        return rank + underscores;
    }

    static Function.@Nullable Kind kindOf(int type) {
        return switch (type) {
            case ElfSymbols.TYPE_FUNCTION -> Function.Kind.FUNC;
            case ElfSymbols.TYPE_GNU_IFUNC -> Function.Kind.IFUNC;
            case ElfSymbols.TYPE_NOTYPE -> Function.Kind.NOTYPE;
            default -> null;
        };
    }

    static Function.Binding bindingOf(int binding) {
        return switch (binding) {
            case ElfSymbols.BINDING_LOCAL -> Function.Binding.LOCAL;
            case ElfSymbols.BINDING_WEAK -> Function.Binding.WEAK;
            default -> Function.Binding.GLOBAL;
        };
    }
}
