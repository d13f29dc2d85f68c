/**
 * The maps of a program. {@link io.trapless.script.map.LongKeys} and {@link io.trapless.script.map.ObjectKeys} give each key a slot, a small number; {@link
 * io.trapless.script.map.ProgramMap} keeps the values in columns by slot, so that an update of a map with integer keys allocates nothing. {@link
 * io.trapless.script.map.MapReport} puts a map into the order in which it is shown. One thread at a time.
 */
@NullMarked
package io.trapless.script.map;

import org.jspecify.annotations.NullMarked;
