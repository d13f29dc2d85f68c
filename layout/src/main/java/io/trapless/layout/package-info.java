/**
 * The shared-memory contract between a traced process and the tracer: one {@code *Descriptor} per structure, with its offsets, its writers and its
 * readers. Nothing here touches memory, a file or a process, and nothing here has a dependency: the Java 8 agent will use it inside other people's JVMs.
 */
package io.trapless.layout;
