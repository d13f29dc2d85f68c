package io.trapless.cli;

import java.io.PrintStream;

/** The version of this build. */
public final class Version {

    /** Of the language; who looks for bpftrace's version finds this. */
    private static final String LANGUAGE = "bpftrace v0.26 is the language of programs";

    private Version() {}

    /** Prints the version of this build, and in a further line that of the language. */
    static void print(PrintStream out) {
        out.println("trapless " + text());
        out.println(LANGUAGE);
    }

    /** The version from the jar's manifest, or {@code (unpackaged)} when classes run from a folder. */
    public static String text() {
        String version = Version.class.getPackage().getImplementationVersion();
        return version == null ? "(unpackaged)" : version;
    }
}
