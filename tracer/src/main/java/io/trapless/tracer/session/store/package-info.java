/**
 * A session's directory in shared memory: where it lies, and the private files in it that let somebody else finish what a dead tracer began. The files here are never mapped into a target;
 * they may be torn, for their writer may die at any instant, and the rings beside them are the targets' to scribble on. Nothing here touches a process beyond asking /proc whether it lives.
 */
@NullMarked
package io.trapless.tracer.session.store;

import org.jspecify.annotations.NullMarked;
