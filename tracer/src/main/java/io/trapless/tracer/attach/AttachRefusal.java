package io.trapless.tracer.attach;

/**
 * Why something could not be done to a process, for the user.
 *
 * @param reason the kind
 * @param sentence what is wrong and what to do, without a full stop
 */
public record AttachRefusal(Reason reason, String sentence) {
    /** The kinds of refusal. */
    public enum Reason {
        /** No process has this pid. */
        NO_SUCH_PROCESS,
        /** The kernel forbids tracing it. */
        NO_PERMISSION,
        /** Its program is of the 32-bit (or x32) class. */
        THIRTY_TWO_BIT,
        /** Its program is not x86-64. */
        FOREIGN_ARCHITECTURE,
        /** It runs under a seccomp filter that the tracer does not share. */
        SECCOMP_FILTER,
        /** It uses a hardware shadow stack. */
        SHADOW_STACK,
        /** Another tracer or debugger holds it. */
        ALREADY_TRACED,
        /** It is a kernel thread. */
        KERNEL_THREAD,
        /** It has ended and waits for its parent. */
        ZOMBIE,
        /** It is the tracer itself. */
        SELF,
        /** The tracer's JVM started it through java.lang.Process. */
        CHILD_OF_THIS_JVM,
        /** It ended, or became another program, while it was worked on. */
        TARGET_GONE,
        /** A thread did not stop in time: it waits uninterruptibly in the kernel. */
        UNINTERRUPTIBLE,
        /** No code that a remote system call needs was found in it. */
        NO_GADGET,
        /** No thread was in a state to lend for a remote system call. */
        NO_SUITABLE_THREAD,
        /** A system call in the target's name failed. */
        REMOTE_CALL_FAILED,
        /** No free address range close enough. */
        NO_ROOM_NEARBY,
        /** The bytes in memory are not the ones the plan was made for. */
        BYTES_DIFFER,
        /** A thread stands where it cannot be moved from. */
        THREAD_IN_THE_WAY,
        /** Its memory could not be read or written. */
        MEMORY_DENIED,
        /** A command could not be started. */
        CANNOT_START,
        /** The kernel answered in a way that is not understood. */
        UNEXPECTED
    }

    @Override
    public String toString() {
        return sentence;
    }
}
