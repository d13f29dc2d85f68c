/**
 * Source texts, places in them, and what is wrong there: each kind of error is a constant of {@link io.trapless.language.diagnostic.Problem}, each error has a place and often a hint, and {@link
 * io.trapless.language.diagnostic.DiagnosticPrinter} gives it its form on the terminal. No class here decides whether something is an error.
 */
package io.trapless.language.diagnostic;
