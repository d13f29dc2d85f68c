package io.trapless.tracer.session;

import io.trapless.binary.elf.ElfException;
import io.trapless.binary.flow.GoroutineStack;
import io.trapless.binary.flow.GoroutineStack.GoFunction;
import io.trapless.binary.symbol.GoFunctions;
import io.trapless.tracer.plan.SitePlanner;
import io.trapless.tracer.resolve.ImageFile;
import java.util.List;
import java.util.function.LongToIntFunction;

/** How much stack there is below the code of an image: of a goroutine's, which begins with 2 KiB and grows when a function asks for more, what was not asked for is another's memory. */
final class StackRoom {
    /** What Go before 1.14 left less: StackGuard was 880. */
    private static final int OLD_GUARD_LESS = 48;

    private StackRoom() {}

    /** Bytes that are surely left at an address of an image. */
    static LongToIntFunction of(ImageFile file) throws ElfException {
        if (!GoFunctions.areIn(file.elf())) {
            return SitePlanner.AMPLE_STACK;
        }
        GoFunctions table = GoFunctions.of(file.elf());
        if (table == null) { // of a version whose table is not read: by symbols, if there are any
            GoroutineStack stack = stack(
                    file,
                    file.symbols().functions().stream()
                            .map(function -> new GoFunction(function.name(), function.address(), function.endAddress()))
                            .toList());
            return address -> Math.max(0, stack.bytesLeft(address) - OLD_GUARD_LESS);
        }
        GoroutineStack stack = stack(
                file,
                table.functions().stream()
                        .map(function -> new GoFunction(
                                function.name(), function.address(), function.address() + function.sizeBytes()))
                        .toList());
        return address -> address >= table.start() && address < table.end()
                ? stack.bytesLeft(address)
                : SitePlanner.AMPLE_STACK.applyAsInt(address); // C, which is called on a thread's own stack
    }

    private static GoroutineStack stack(ImageFile file, List<GoFunction> functions) throws ElfException {
        return GoroutineStack.of(file.view().executableSections(), functions);
    }
}
