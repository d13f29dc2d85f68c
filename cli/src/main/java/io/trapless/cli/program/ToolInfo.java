package io.trapless.cli.program;

import io.trapless.binary.dwarf.DwarfFile;
import io.trapless.cli.Version;
import java.io.PrintStream;

/** {@code --info}: what this tracer can do, in the lines in which bpftrace tells it, so that scripts that ask find their answers. */
final class ToolInfo {
    private ToolInfo() {}

    static void print(PrintStream out) {
        out.println("System");
        out.println("  OS: " + System.getProperty("os.name") + " " + System.getProperty("os.version"));
        out.println("  Arch: x86_64");
        out.println();
        out.println("Build");
        out.println("  version: trapless " + Version.text());
        out.println("  libdw (DWARF support): " + (DwarfFile.isLibraryThere() ? "yes" : "no"));
        out.println("  dwunwind (DWARF stack unwinding): no");
        out.println("  blazesym (advanced symbolization): no");
        out.println("  bcc library path resolution: yes");
        out.println();
        out.println("Userspace");
        out.println("  Loop support: yes");
        out.println("  send_signal: yes");
        out.println("  get_ktime_ns: yes");
        out.println("  get_func_ip: yes");
        out.println("  lookup_percpu_elem: yes");
        out.println("  uprobe_multi: yes");
        out.println();
        out.println("Kernel: programs run in userspace, so what needs the kernel can't be had");
        for (String feature : new String[] {
            "btf",
            "fentry",
            "dpath",
            "iter",
            "kprobe_multi",
            "kprobe_session",
            "probe_read_kernel",
            "skboutput",
            "jiffies64"
        }) {
            out.println("  " + feature + ": no");
        }
    }
}
