package io.trapless.layout;

/**
 * What processes that load a session's shared object count, in the first page of the session's {@code rings} file.
 *
 * <pre>
 *   offset  size  field       unit                                                              written by        read by
 *   ------  ----  ----------  ----------------------------------------------------------------  ----------------  --------
 *      512     8  started     program starts (execs) that found the session                     starting process  tracer
 *      520     8  armed       those in which at least one module was armed                      starting process  tracer
 *      528     8  otherBuild  modules of a wanted name that were another build, left alone      starting process  tracer
 *      536     8  failed      modules that could not be armed, or whole processes: no room,     starting process  tracer
 *                             protected or changed code, more than one thread
 * </pre>
 *
 * Written with locked increments; a reader takes them as hints, for a target can write anything there.
 */
public final class PreloadDescriptor {
    public static final int STARTED_OFFSET = 512;
    public static final int ARMED_OFFSET = STARTED_OFFSET + 8;
    public static final int OTHER_BUILD_OFFSET = ARMED_OFFSET + 8;
    public static final int FAILED_OFFSET = OTHER_BUILD_OFFSET + 8;

    private PreloadDescriptor() {}
}
