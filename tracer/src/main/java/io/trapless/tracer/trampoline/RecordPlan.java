package io.trapless.tracer.trampoline;

import io.trapless.language.slice.Capture;
import io.trapless.language.slice.CaptureType;
import io.trapless.language.slice.MirrorStore;
import io.trapless.language.slice.Value;
import io.trapless.layout.RecordDescriptor;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * How one probe's record comes to be: which values are stored straight from where they stand, which are computed into the staging area before the restartable sequence, and where everything lies.
 *
 * <pre>
 *   staging area
 *   offset  size  what
 *   ------  ----  --------------------------------------------------------------
 *        0     2  _fault
 *        2     2  _cut
 *        4     4  size of a record of variable size, bytes
 *        8     n  scratch: a string that a filter compares
 *      8+n  8 * m  what mirrors have, each entry that a field asks for once
 *   8+n+8m        a fixed record: 8 bytes for each computed value
 *                 a variable record: everything behind the header, in its final form
 * </pre>
 */
final class RecordPlan {
    static final int FAULT_OFFSET = 0;
    static final int CUT_OFFSET = 2;
    static final int SIZE_OFFSET = 4;
    static final int SCRATCH_OFFSET = 8;

    /** Bytes that a program may take of a stranger's stack; also keeps a record far below the smallest sub-buffer. */
    static final int MAX_STAGING_BYTES = 2048;

    private static final int FAULT_AND_CUT_BYTES = 4;

    private final SiteProbe probe;
    private final int scratchBytes;
    private final List<Value.Mirrored> mirrored;
    private final boolean variable;
    private final int stagingBytes;
    private final int fixedSize;
    private final int imageBytes;
    private final List<Field> fields;

    /**
     * One value of the record.
     *
     * @param recordOffset bytes from the record's start; meaningless in a variable record
     * @param stagingOffset where it is computed to, or -1 if it is stored directly
     */
    record Field(Capture capture, int index, int recordOffset, int stagingOffset) {}

    RecordPlan(SiteProbe probe, Operands operands) {
        this.probe = probe;
        int scratch = 0;
        for (Value root : roots(probe)) {
            scratch = Math.max(scratch, scratchFor(root));
        }
        this.scratchBytes = align8(scratch);
        this.mirrored = mirrored(probe);
        this.variable = probe.captures().stream().anyMatch(c -> isVariable(c.type()));
        this.fields = new ArrayList<>();
        int staging = packedOffset();
        int offset = RecordDescriptor.HEADER_SIZE + (probe.faultable() ? FAULT_AND_CUT_BYTES : 0);
        int packed = probe.faultable() ? FAULT_AND_CUT_BYTES : 0;
        for (Capture capture : probe.captures()) {
            boolean image = capture.type() instanceof CaptureType.StackImage;
            boolean direct = image || (!variable && isDirect(capture, operands));
            fields.add(new Field(capture, fields.size(), offset, direct ? -1 : staging));
            if (!variable && !direct) {
                staging += 8;
            }
            offset += capture.type().maxRecordBytes();
            packed += image ? 0 : capture.type().maxRecordBytes();
        }
        this.imageBytes = imageBytes(probe);
        this.fixedSize = offset;
        // Reading a string writes one byte more than its limit, and copying goes by 8 bytes.
        this.stagingBytes = align8(variable ? staging + packed + 8 : staging);
    }

    private static boolean isDirect(Capture capture, Operands operands) {
        if (capture.type() instanceof CaptureType.Floating) {
            return capture.value() instanceof Value.Argument(int index, int _, boolean _)
                    && (operands.location(index) instanceof ArgumentLocation.InVector
                            || operands.isLeaf(capture.value()));
        }
        return operands.isLeaf(capture.value());
    }

    private static boolean isVariable(CaptureType type) {
        return type instanceof CaptureType.Str || type instanceof CaptureType.Buf || type instanceof CaptureType.Frames;
    }

    private static int scratchFor(Value root) {
        int[] most = {0};
        root.forEachPart(v -> {
            if (v instanceof Value.StringEquals equals) {
                most[0] = Math.max(most[0], equals.string().maxBytes() + 1);
            }
        });
        return most[0];
    }

    private static int align8(int bytes) {
        return (bytes + 7) & -8;
    }

    /** Every expression of a probe. */
    static List<Value> roots(SiteProbe probe) {
        List<Value> roots = new ArrayList<>();
        if (probe.filter() != null) {
            roots.add(probe.filter());
        }
        for (Capture capture : probe.captures()) {
            roots.add(capture.value());
        }
        if (probe.update() != null) {
            roots.addAll(probe.update().values());
        }
        for (MirrorStore store : probe.stores()) {
            roots.addAll(store.values());
        }
        return roots;
    }

    /** Bytes of staging that a probe takes at the most, whatever its arguments are. */
    static int stagingBound(SiteProbe probe) {
        int scratch = 0;
        for (Value root : roots(probe)) {
            scratch = Math.max(scratch, scratchFor(root));
        }
        int payload = 0;
        for (Capture capture : probe.captures()) {
            boolean image = capture.type() instanceof CaptureType.StackImage;
            payload += image ? 0 : Math.max(8, capture.type().maxRecordBytes());
        }
        int window = probe.hasStack() ? StackRoutine.MOST_STACK_BYTES : 0;
        int mirrors = Long.BYTES * mirrored(probe).size();
        return SCRATCH_OFFSET + align8(scratch) + mirrors + FAULT_AND_CUT_BYTES + align8(payload) + 8 + window;
    }

    List<Field> fields() {
        return fields;
    }

    /** Whether the record's size depends on what is read. */
    boolean isVariable() {
        return variable;
    }

    private static int imageBytes(SiteProbe probe) {
        Capture last = probe.captures().isEmpty() ? null : probe.captures().getLast();
        return last != null && last.type() instanceof CaptureType.StackImage image ? image.maxRecordBytes() : 0;
    }

    /** Bytes of the image of the stack at the record's end, which is never staged; 0 if there is none. */
    int imageBytes() {
        return imageBytes;
    }

    /** Bytes of a record that is not variable. */
    int fixedSize() {
        return fixedSize;
    }

    /** Bytes; a multiple of 8. */
    int stagingBytes() {
        return stagingBytes;
    }

    /** Staging offset at which a variable record is put together. */
    int packedOffset() {
        return SCRATCH_OFFSET + scratchBytes + Long.BYTES * mirrored.size();
    }

    /** What has to be taken from mirrors before fields are computed. */
    List<Value.Mirrored> mirrored() {
        return mirrored;
    }

    /** Staging offset of what a mirror has. */
    int mirroredOffset(Value.Mirrored asked) {
        return SCRATCH_OFFSET + scratchBytes + Long.BYTES * mirrored.indexOf(asked);
    }

    private static List<Value.Mirrored> mirrored(SiteProbe probe) {
        Set<Value.Mirrored> found = new LinkedHashSet<>();
        for (Capture capture : probe.captures()) {
            capture.value().forEachPart(part -> {
                if (part instanceof Value.Mirrored asked) {
                    found.add(asked);
                }
            });
        }
        return List.copyOf(found);
    }

    /** Whether anything is put together in the staging area. */
    boolean usesStaging() {
        return variable
                || probe.faultable()
                || filterNeedsStaging()
                || fields.stream().anyMatch(field -> field.stagingOffset() >= 0);
    }

    /** Whether the filter needs the staging area. */
    boolean filterNeedsStaging() {
        Value filter = probe.filter();
        return filter != null && scratchFor(filter) > 0;
    }
}
