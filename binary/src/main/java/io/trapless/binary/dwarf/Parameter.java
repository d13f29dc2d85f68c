package io.trapless.binary.dwarf;

/**
 * A parameter of a function.
 *
 * @param name empty if it has none
 * @param declared its type as the source has it, in the form in which bpftrace lists it: {@code const char*}
 * @param place where it is when the function is entered
 */
public record Parameter(String name, DwarfType type, String declared, ParameterPlace place) {}
