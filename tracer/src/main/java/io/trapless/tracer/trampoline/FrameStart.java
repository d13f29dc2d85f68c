package io.trapless.tracer.trampoline;

/**
 * Where at a site the return address of the function that runs there is, and its caller's frame pointer: what a walk by frame pointers begins with.
 *
 * @param returns whether the stack is that of the caller, as it is when the function has returned: the site's own place is no frame of it. The return address is then on top
 * @param fromFramePointer offsets count from rbp; otherwise from rsp, both as they are at the site
 * @param returnAddressOffset of the return address, bytes
 * @param savedFramePointer whether the caller's rbp has been saved; otherwise it is in rbp still
 * @param framePointerOffset of the saved rbp, bytes; meaningless if it is not saved
 */
public record FrameStart(
        boolean returns,
        boolean fromFramePointer,
        int returnAddressOffset,
        boolean savedFramePointer,
        int framePointerOffset) {
    /** At a function's first instruction. */
    public static final FrameStart RETURN_ON_TOP = new FrameStart(false, false, 0, false, 0);

    /** At a function's last instruction, which leaves it. */
    public static final FrameStart RETURNING = new FrameStart(true, false, 0, false, 0);

    /** Inside of a function that has set up rbp: what is taken for granted where nothing is known. */
    public static final FrameStart IN_FRAME = new FrameStart(false, true, 8, true, 0);
}
