package io.trapless.trace.view;

import org.jspecify.annotations.Nullable;

/** Names of addresses of code in the processes of a trace. For one thread. */
@FunctionalInterface
public interface AddressNames {
    /** No address has a name. */
    AddressNames NONE = (_, _) -> null;

    /**
     * The name of an address.
     *
     * @param pid as in the trace
     * @return {@code function+offset}, or null if it is not known
     */
    @Nullable String nameOf(int pid, long address);
}
