/**
 * The text of the probe language: source, tokens, the parser and the tree that it builds. There is one parser for a clause on the command line and for a whole program. Nothing here knows what a name means or which type an expression has.
 */
package io.trapless.language.syntax;
