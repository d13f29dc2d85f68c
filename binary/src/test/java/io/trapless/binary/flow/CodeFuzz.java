package io.trapless.binary.flow;

import io.trapless.binary.x86.Assembler;
import io.trapless.binary.x86.AssemblerException;
import io.trapless.binary.x86.Decoder;
import io.trapless.binary.x86.Instruction;
import io.trapless.binary.x86.Liveness;
import io.trapless.binary.x86.Relocation;
import io.trapless.binary.x86.Relocator;
import io.trapless.fuzz.Fuzzing;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

/** Takes bytes for code, after a head that says where it lies and what is known of it: decodes and copies each place of it, analyses it as an image, and asks for the range of every site. */
public final class CodeFuzz {
    /** Address, data's address, function's start and end relative to the address, a code pointer, a landing pad, a restartable sequence. */
    static final int HEAD_BYTES = 40;

    private static final int MAX_CODE_BYTES = 512;
    private static final int MAX_DEAD_SEARCH = 32;
    private static final int[] NEEDED_BYTES = {2, 5, 14};

    private CodeFuzz() {}

    /** Called by Jazzer. */
    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length <= HEAD_BYTES) {
            return;
        }
        ByteBuffer head = ByteBuffer.wrap(input).order(ByteOrder.LITTLE_ENDIAN);
        // As a process has them: below the end of user space.
        long address = head.getLong() & 0x7FFF_FFFF_F000L;
        byte[] code = Arrays.copyOfRange(input, HEAD_BYTES, Math.min(input.length, HEAD_BYTES + MAX_CODE_BYTES));
        Fuzzing.measured(input, () -> {
            readPlaces(code, address);
            analyze(new Image(head.duplicate().order(ByteOrder.LITTLE_ENDIAN), address, code), address, code.length);
        });
    }

    private static void readPlaces(byte[] code, long address) {
        Instruction instruction = new Instruction();
        for (int at = 0; at < code.length; at++) {
            if (Decoder.decode(code, at, code.length, address + at, instruction)) {
                int length = instruction.length();
                if (length < 1 || length > Decoder.MAX_LENGTH || at + length > code.length) {
                    throw new AssertionError(instruction + " has length " + length);
                }
                instruction.toString();
                Relocator.refusal(instruction);
                relocate(code, at, length, address + at);
                relocate(code, at, Math.min(2 * Decoder.MAX_LENGTH, code.length - at), address + at);
            }
            Liveness.deadAt(code, at, code.length, address + at, MAX_DEAD_SEARCH);
        }
    }

    private static void relocate(byte[] code, int at, int length, long address) {
        Assembler out = new Assembler(address ^ 0x4000_0000L);
        try {
            Relocation relocation = Relocator.relocate(code, at, length, address, out);
            if (relocation.toString().isEmpty()) {
                throw new AssertionError();
            }
            if (relocation instanceof Relocation.Copied) { // what a refusal has written is to be thrown away
                out.toByteArray();
            }
        } catch (AssemblerException e) {
            if (e.reason() != AssemblerException.Reason.OUT_OF_RANGE) {
                throw e;
            }
        }
    }

    private static void analyze(ImageView image, long address, int length) {
        CodeMap map = CodeMap.analyze(image);
        for (long site = address - 1; site <= address + length; site++) {
            for (int needed : NEEDED_BYTES) {
                Displacement found = DisplacedRange.plan(map, site, needed);
                if (found instanceof DisplacedRange range) {
                    check(map, range, site, needed);
                }
            }
            map.kindOf(site);
            map.functionAt(site);
        }
        map.unresolvedIndirectJumps();
    }

    /** Behind the bytes that a jump takes, and behind the site, others may arrive: what is left of an instruction stays as it is. */
    private static long firstUntouched(DisplacedRange range, int needed) {
        return needed < DisplacedRange.JUMP_BYTES ? range.end() : Math.max(range.address() + needed, range.site() + 1);
    }

    /** What a patch relies on. */
    private static void check(CodeMap map, DisplacedRange range, long site, int needed) {
        boolean entered = map.firstTargetIn(range.address() + 1, firstUntouched(range, needed)) != CodeMap.NO_TARGET;
        boolean holdsSite = range.address() <= site && site < range.address() + range.codeBytes();
        if (entered || !holdsSite || range.lengthBytes() < needed || range.codeBytes() > range.lengthBytes()) {
            throw new AssertionError(range + " for " + needed + " bytes at " + Long.toHexString(site));
        }
    }

    /** An image whose facts the fuzzer chooses; they may contradict each other. */
    private record Image(
            List<Section> executableSections,
            List<Section> dataSections,
            boolean isPositionIndependent,
            long[] codePointers,
            List<CodeRange> functions,
            long[] landingPads,
            List<RestartableSequence> restartableSequences)
            implements ImageView {
        Image(ByteBuffer head, long address, byte[] code) {
            this(
                    List.of(new Section(address, code)),
                    List.of(new Section(head.getLong() & 0x7FFF_FFFF_FFF8L, code.clone())),
                    (head.getLong() & 1) != 0,
                    new long[] {address + head.getShort()},
                    functions(head, address),
                    new long[] {address + head.getShort()},
                    List.of(new RestartableSequence(
                            address + head.getShort(), address + head.get(), address + head.get(), address)));
        }

        private static List<CodeRange> functions(ByteBuffer head, long address) {
            long first = address + head.getShort();
            long second = address + (head.get() & 0xFF);
            return List.of(
                    new CodeRange(first, first + (head.getShort() & 0xFFFF)),
                    new CodeRange(second, second + (head.get() & 0xFF)));
        }
    }
}
