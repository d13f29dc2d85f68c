package io.trapless.script.output;

/**
 * What bpftrace tells of a failure: the kernel's helper that would have failed there, and how. Nothing of the kind is called here; whoever reads bpftrace's output finds the same.
 *
 * @param helper its name, as {@code probe_read_user}
 * @param code what it would have returned: 0 or a negative error number
 * @param reason the error in words
 */
public record HelperFailure(String helper, int code, String reason) {
    /** The line that follows a message. */
    String line() {
        return "Additional Info - helper: " + helper + ", retcode: " + code;
    }
}
