/**
 * What the commands do: each action turns a parsed request into calls of the modules that do the work, and what comes back into lines for people and files for programs. No parsing of command
 * lines, and no work of its own.
 */
@NullMarked
package io.trapless.cli.action;

import org.jspecify.annotations.NullMarked;
