/**
 * The command line: picocli commands that turn words into immutable requests, and outcomes into an exit status and one line of text.
 * No tracing logic lives here: every command hands its request to {@link io.trapless.cli.Actions}.
 * Nothing in other modules may depend on this package; start-up time is part of its contract, so a command's class is loaded when it is asked for.
 */
package io.trapless.cli;
