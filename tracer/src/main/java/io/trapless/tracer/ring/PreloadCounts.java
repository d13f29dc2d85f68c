package io.trapless.tracer.ring;

/**
 * What processes that arm themselves have counted ({@link io.trapless.layout.PreloadDescriptor}). For people only: a process can write any numbers.
 *
 * @param started program starts that found the session
 * @param armed those in which something was armed
 * @param otherBuild modules of a wanted name that were another build
 * @param failed modules, or whole programs, that could not be armed
 */
public record PreloadCounts(long started, long armed, long otherBuild, long failed) {}
