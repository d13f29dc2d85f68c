package io.trapless.language.checked;

/** Functions of values, evaluated outside the target. Their arguments have been checked and have the types given here. */
public enum Function {
    /** Length of a string in bytes. */
    STRLEN,
    /** (string, limit): the string, cut at {@code limit - 1} bytes (unsigned; 0 and 1 give the empty string): what is left of {@code str(address, limit)} when the string itself was captured. */
    STR_LIMIT,
    /** (string, string, count): 0 if the first {@code count} bytes are equal, up to the NULs; else not 0 (1). */
    STRNCMP,
    /** (haystack, needle): index of the first occurrence, or -1; an empty needle is found at 0. */
    STRSTR,
    /** (haystack, needle): whether it occurs. */
    STRCONTAINS,
    /** (string, string): one after the other. */
    STR_CONCAT,
    /** (value, value, count): 0 if the first {@code count} bytes of the two, as they lie in memory, are equal, else the difference of the first two that differ. */
    MEMCMP,
    /** Bytes of an unsigned integer in reverse. */
    BSWAP,
    /** Bytes (4 or 16) or an integer, whose 4 bytes in memory are meant, as an internet address. */
    NTOP,
    /** Array of 6 bytes as a hardware address. */
    MACADDR,
    /** Number of an error as the C library's text. */
    STRERROR,
    /** Number of a signal as its name, {@code SIGKILL}. */
    SIGNAL_NAME,
    /** Number of a system call of x86-64 as its name. */
    SYSCALL_NAME,
    /** An address of the target as a symbol. */
    USYM,
    /** Number of frames of a stack. */
    STACK_LENGTH,
    /** Name of the thread with this id in its process ({@code comm(pid)}); {@code [unknown]} if there is none. */
    COMM_OF,
    /** {@code __builtin_cpid}-like: warns that there is no child when the id is 0 and passes it on. */
    CHECKED_CHILD_PID
}
