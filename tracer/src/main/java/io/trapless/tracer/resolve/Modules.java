package io.trapless.tracer.resolve;

import io.trapless.binary.elf.ElfException;
import io.trapless.binary.symbol.Function;
import java.util.List;

/** The modules among which probes are looked for. One thread at a time. */
interface Modules {
    /** What {@link #implementationOf} gives when it cannot tell. */
    long UNKNOWN = 0;

    /**
     * The modules that a name means. With a wildcard those that cannot be read are passed over and told.
     *
     * @throws ResolveException if it means none, or one that cannot be read
     */
    List<ModuleImage> find(ModuleNames name, List<Refusal> passedOver) throws ResolveException;

    /** The implementation that was chosen for an IFUNC symbol, as an address of the process; {@link #UNKNOWN} if there is no process or it has not chosen. */
    long implementationOf(ModuleImage module, Function resolver) throws ElfException;
}
