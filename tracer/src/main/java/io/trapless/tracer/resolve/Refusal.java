package io.trapless.tracer.resolve;

/**
 * A probe that has no site.
 *
 * @param probe as the user wrote it, or the site that is left out
 * @param sentence what is wrong and what to do
 */
public record Refusal(String probe, RefusalReason reason, String sentence) {}
