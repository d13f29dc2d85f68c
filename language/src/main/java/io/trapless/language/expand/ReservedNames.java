package io.trapless.language.expand;

import java.util.Set;

/** Names that a macro's parameter can't have, because they mean something wherever they stand. */
final class ReservedNames {
    static final Set<String> BUILTINS = Set.of("args", "ctx", "kstack", "nsecs", "pid", "tid", "ustack");

    private ReservedNames() {}
}
