package io.trapless.tracer.resolve;

import io.trapless.binary.dwarf.InlinedInstance;
import io.trapless.binary.sdt.UsdtProbe;
import io.trapless.binary.symbol.Function;
import org.jspecify.annotations.Nullable;

/**
 * One place in code that a probe means.
 *
 * @param probe as it is shown and recorded, by the name that the user asked for: {@code uprobe:/usr/bin/redis-server:processCommand}
 * @param fileAddress in the file's own terms
 * @param address in the process; the file's address when there is no process
 * @param function the function that holds it; null if no symbol covers the place
 * @param usdt for {@link SiteKind#USDT} only
 * @param inlined for {@link SiteKind#INLINED} only
 */
public record Site(
        String probe,
        ModuleImage module,
        long fileAddress,
        long address,
        SiteKind kind,
        @Nullable Function function,
        @Nullable UsdtProbe usdt,
        @Nullable InlinedInstance inlined) {}
