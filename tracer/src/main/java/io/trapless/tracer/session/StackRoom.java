package io.trapless.tracer.session;

import io.trapless.binary.elf.ElfException;
import io.trapless.binary.flow.GoroutineStack;
import io.trapless.binary.flow.GoroutineStack.GoFunction;
import io.trapless.binary.symbol.GoFunctions;
import io.trapless.tracer.plan.StackBound;
import io.trapless.tracer.plan.StackFacts;
import io.trapless.tracer.resolve.ImageFile;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** What is known of the stack below the code of an image: of a goroutine's, which begins with 2 KiB and grows when a function asks for more, what was not asked for is another's memory. */
final class StackRoom {
    /** What Go before 1.14 left less: StackGuard was 880. */
    private static final int OLD_GUARD_LESS = 48;

    private StackRoom() {}

    /** For the addresses of an image. */
    static StackFacts of(ImageFile file) throws ElfException {
        if (!GoFunctions.areIn(file.elf())) {
            return StackFacts.AMPLE;
        }
        GoFunctions table = GoFunctions.of(file.elf());
        if (table == null) { // of a version whose table is not read: by symbols, if there are any
            GoroutineStack stack = stack(
                    file,
                    file.symbols().functions().stream()
                            .map(function ->
                                    new GoFunction(function.name(), function.address(), function.endAddress(), false))
                            .toList());
            return new OfGo(stack, Long.MIN_VALUE, Long.MAX_VALUE, OLD_GUARD_LESS);
        }
        GoroutineStack stack = stack(
                file,
                table.functions().stream()
                        .map(function -> new GoFunction(
                                function.name(),
                                function.address(),
                                function.address() + function.sizeBytes(),
                                !function.isAssembly()))
                        .toList());
        return new OfGo(stack, table.start(), table.end(), 0);
    }

    /** Between two addresses of Go's code; what is elsewhere is C, which is called on a thread's own stack. */
    private record OfGo(GoroutineStack stack, long start, long end, int lessBytes) implements StackFacts {
        private boolean isGo(long address) {
            return address >= start && address < end;
        }

        @Override
        public int bytesLeft(long address) {
            return isGo(address) ? Math.max(0, stack.bytesLeft(address) - lessBytes) : AMPLE.bytesLeft(address);
        }

        @Override
        public int redZone(long address) {
            return isGo(address) && !stack.usesBelow(address) ? 0 : AMPLE.redZone(address);
        }

        @Override
        public @Nullable StackBound bound(long address) {
            OptionalInt offset = isGo(address) ? stack.goroutineOffset(address) : OptionalInt.empty();
            return offset.isPresent() ? new StackBound(offset.getAsInt()) : null;
        }

        @Override
        public int scratchRegisters(long address) {
            return isGo(address) ? stack.scratchRegisters(address) : 0;
        }
    }

    private static GoroutineStack stack(ImageFile file, List<GoFunction> functions) throws ElfException {
        return GoroutineStack.of(file.view().executableSections(), functions);
    }
}
