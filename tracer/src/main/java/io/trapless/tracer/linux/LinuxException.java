package io.trapless.tracer.linux;

/** A system call that failed where the caller had no other use for the error than to pass it on. */
public final class LinuxException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int errno;

    /**
     * @param errno a positive error number
     * @param call what was tried, as a reader of strace would name it
     */
    public LinuxException(int errno, String call) {
        super(call + " failed: " + Errno.describe(errno));
        this.errno = errno;
    }

    /** The positive error number, see {@link Errno}. */
    public int errno() {
        return errno;
    }

    /** Returns {@code result} unless it is a negated error number; then throws. */
    public static long check(long result, String call) {
        if (result < 0 && result > -4096) {
            throw new LinuxException((int) -result, call);
        }
        return result;
    }
}
