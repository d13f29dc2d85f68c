package io.trapless.tracer.preload;

import java.util.UUID;

/**
 * The ring file that processes map.
 *
 * @param path absolute, as the processes see it
 * @param sizeBytes of the file
 */
public record SessionRings(String path, long sizeBytes, UUID uuid) {}
