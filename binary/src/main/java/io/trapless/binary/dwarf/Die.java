package io.trapless.binary.dwarf;

/**
 * A debugging information entry as libdw knows it: the words of its {@code Dwarf_Die} (elfutils/libdw.h). Of use only while the file that it is of is open.
 *
 * @param address of its bytes in memory, which is its identity
 */
record Die(long address, long unit, long abbreviation) {
    @Override
    public boolean equals(Object other) {
        return other instanceof Die die && die.address == address;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(address);
    }
}
