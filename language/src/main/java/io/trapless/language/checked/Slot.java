package io.trapless.language.checked;

import io.trapless.language.types.Type;

/**
 * A scratch variable. Two variables of one name in different blocks are two slots.
 *
 * @param index from 0, unique in its action
 * @param name without the {@code $}; for messages only
 * @param type the one type that it has throughout: all that is assigned to it is converted before
 */
public record Slot(int index, String name, Type type) {}
