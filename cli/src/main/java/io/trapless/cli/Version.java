package io.trapless.cli;

/** The version of this build. */
public final class Version {

    private Version() {}

    /** The version from the jar's manifest, or {@code (unpackaged)} when classes run from a folder. */
    public static String text() {
        String version = Version.class.getPackage().getImplementationVersion();
        return version == null ? "(unpackaged)" : version;
    }
}
