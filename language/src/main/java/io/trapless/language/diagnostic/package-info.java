/**
 * Errors in a text of the probe language, each with its place and a hint, and their form on the terminal. Every kind of error is a constant of {@code Problem}. No class here decides whether something is an error.
 */
package io.trapless.language.diagnostic;
