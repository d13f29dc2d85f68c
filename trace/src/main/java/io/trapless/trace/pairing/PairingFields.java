package io.trapless.trace.pairing;

/** The fields of an event by which a reader knows entries and exits of functions; users cannot give a field such a name. */
public final class PairingFields {
    /** The stack pointer, where the return address stands: the same at the entry and at the exits of one call. 8 bytes. */
    public static final String STACK_POINTER = "_sp";

    /** How a function was left; an exit without it is a return. 1 byte. */
    public static final String EXIT = "_exit";

    /** Value of {@link #EXIT}: by a jump to another function, which returns in its place. */
    public static final int EXIT_BY_TAIL = 1;

    private PairingFields() {}

    /** Whether a field is no field of the user's. */
    public static boolean isHidden(String name) {
        return name.equals(STACK_POINTER) || name.equals(EXIT);
    }
}
