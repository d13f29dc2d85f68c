package io.trapless.binary.sdt;

import java.util.List;

/**
 * One site of a USDT probe; a probe that was inlined in several places has several.
 *
 * @param address of the site's nop, in the file's own terms
 * @param semaphoreAddress of the 16-bit counter that must not be 0 for the probe's arguments to be computed; 0: it has none
 */
public record UsdtProbe(
        String provider, String name, long address, long semaphoreAddress, List<UsdtArgument> arguments) {
    public UsdtProbe {
        arguments = List.copyOf(arguments);
    }

    /** As it is written in a probe: {@code provider:name}. */
    public String qualifiedName() {
        return provider + ":" + name;
    }
}
