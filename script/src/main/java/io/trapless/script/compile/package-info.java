/**
 * From checked actions to bytecode, by the JDK's Class-File API: one class a program, one method an action, numbers in locals of type {@code long}. {@link io.trapless.script.compile.ProgramCompiler} is the way in;
 * the rest follows the shape of the tree: statements, expressions, conditions. What a tree's node means stands in {@code language.checked}; nothing is decided here.
 */
@NullMarked
package io.trapless.script.compile;

import org.jspecify.annotations.NullMarked;
