package io.trapless.fuzz;

/**
 * The class that Jazzer loads before its agent is there. What it mentions in a signature would be loaded with it, and redefined later, which HotSpot does not survive unharmed for records: so it
 * mentions nothing.
 */
public final class Target {
    /** System property: the harness's class name. */
    static final String HARNESS_PROPERTY = "trapless.harness";

    private Target() {}

    /** Called by Jazzer. */
    public static void fuzzerTestOneInput(byte[] input) {
        Harness.run(input);
    }
}
