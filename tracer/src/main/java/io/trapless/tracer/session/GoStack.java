package io.trapless.tracer.session;

import io.trapless.binary.elf.ElfException;
import io.trapless.binary.elf.ElfFile;
import io.trapless.binary.symbol.Function;
import io.trapless.binary.symbol.GoFunctions;
import io.trapless.tracer.resolve.ImageFile;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The stacks of goroutines, which begin with 2 KiB and grow when a function asks for more. A function that does so first of all has 800 bytes left below it whatever its caller used (runtime/stack.go:
 * StackGuard less StackSmall), which is more than a probe takes. One that does not ("nosplit") may have nothing left; below lies the stack of another.
 */
final class GoStack {
    /** How the compiler begins a function that checks its stack: up to the comparison with the guard of the goroutine, which is in r14 or, before Go 1.17, found through the thread pointer. */
    private static final List<byte[]> CHECKS = List.of(
            bytes("493b6610"), // cmp 0x10(%r14),%rsp
            bytes("4c8d6424"), // lea -N(%rsp),%r12
            bytes("4c8da424"),
            bytes("4989e4"), // mov %rsp,%r12
            bytes("64488b0c25f8ffffff")); // mov %fs:-8,%rcx

    static final String REFUSAL =
            "a goroutine may have too little stack left there: this Go function does not check it (nosplit)";

    private final ElfFile elf;
    private final @Nullable GoFunctions code;

    private GoStack(ElfFile elf, @Nullable GoFunctions code) {
        this.elf = elf;
        this.code = code;
    }

    /** Null for an image that Go has not made. */
    static @Nullable GoStack of(ImageFile file) throws ElfException {
        return GoFunctions.areIn(file.elf()) ? new GoStack(file.elf(), GoFunctions.of(file.elf())) : null;
    }

    /**
     * Why a place must not be probed; null if it may.
     *
     * @param function around it, if one is known
     */
    @Nullable String refusal(long address, @Nullable Function function) throws ElfException {
        if (code != null && (address < code.start() || address >= code.end())) {
            return null; // C, which is called on a thread's own stack
        }
        if (function == null) {
            return "a goroutine may have too little stack left there: no Go function is known around it";
        }
        for (byte[] check : CHECKS) {
            if (begins(elf, function, check)) {
                return null;
            }
        }
        return REFUSAL;
    }

    private static boolean begins(ElfFile elf, Function function, byte[] expected) throws ElfException {
        return function.sizeBytes() >= expected.length
                && Arrays.equals(elf.readAt(function.address(), expected.length).toByteArray(), expected);
    }

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex);
    }
}
