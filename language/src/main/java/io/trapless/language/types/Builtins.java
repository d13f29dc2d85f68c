package io.trapless.language.types;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The names that a program may use without defining them, and where each can be had. */
public final class Builtins {
    /** Where a name can be used. */
    public sealed interface Availability {
        /** In the target, so in clauses of {@code record} too. */
        record Target() implements Availability {}

        /**
         * Outside the target only.
         *
         * @param hint what serves instead in {@code record}
         */
        record Outside(String hint) implements Availability {}

        /**
         * Not in userspace.
         *
         * @param reason a clause that completes "it can't be had in userspace:"
         */
        record Kernel(String reason) implements Availability {}
    }

    private static final Availability TARGET = new Availability.Target();
    private static final Map<String, Availability> NAMES = new TreeMap<>();
    private static final Map<String, Availability> FUNCTIONS = new TreeMap<>();

    static {
        put(NAMES, TARGET, "tid pid cpu nsecs retval ustack");
        outside(NAMES, "func probe probetype", "each event names its probe already");
        outside(
                NAMES,
                "comm username uid gid ppid pcomm cpid has_cpid ncpus",
                "the trace's environment tells of the process");
        outside(NAMES, "elapsed", "each event has its time already; nsecs is the time in nanoseconds");
        outside(NAMES, "rand", "to thin events out, filter on nsecs, for example /nsecs % 100 == 0/");
        outside(NAMES, "args", "name the arguments by number: arg0, arg1");
        kernel("kstack", "it is the kernel's stack");
        kernel("curtask", "it is a structure of the kernel");
        kernel("cgroup", "the kernel keeps it");
        kernel("jiffies", "it is the kernel's clock; nsecs serves");
        kernel("ctx", "it is the kernel's context of a probe");
        kernel("numaid", "the kernel keeps it");

        put(FUNCTIONS, TARGET, "reg str buf ustack");
        String program = "functions that print or compute run outside the target, in programs";
        outside(
                FUNCTIONS,
                "printf print cat join time strftime exit system signal strlen strncmp strcontains strstr memcmp bswap ntop pton macaddr strerror has_key "
                        + "delete clear zero len assert fail errorf warnf usym uaddr count sum avg min max stats hist lhist tseries getopt str_concat",
                program);
        for (String name : List.of(
                "kaddr",
                "ksym",
                "kptr",
                "kstack",
                "percpu_kaddr",
                "cgroupid",
                "cgroup_path",
                "override",
                "path",
                "skboutput",
                "socket_cookie")) {
            FUNCTIONS.put(name, new Availability.Kernel("it works on the kernel's own data"));
        }
    }

    private Builtins() {}

    private static void put(Map<String, Availability> map, Availability availability, String names) {
        for (String name : names.split(" ", -1)) {
            map.put(name, availability);
        }
    }

    private static void outside(Map<String, Availability> map, String names, String hint) {
        put(map, new Availability.Outside(hint), names);
    }

    private static void kernel(String name, String reason) {
        NAMES.put(name, new Availability.Kernel(reason));
    }

    /** Where the name can be used; null if there is none such. {@code argN} is not among them. */
    public static @Nullable Availability name(String name) {
        return NAMES.get(name);
    }

    /** Where the function can be used; null if there is none such. */
    public static @Nullable Availability function(String name) {
        return FUNCTIONS.get(name);
    }

    /** Names that could have been meant, for suggestions; the first arguments are among them. */
    public static Collection<String> suggestions() {
        Set<String> all = new TreeSet<>(NAMES.keySet());
        all.addAll(Arrays.asList("arg0", "arg1", "arg2", "arg3", "arg4", "arg5"));
        return all;
    }

    /** Functions that could have been meant. */
    public static Collection<String> functionSuggestions() {
        List<String> all = new ArrayList<>(FUNCTIONS.keySet());
        all.add("sizeof");
        return all;
    }
}
