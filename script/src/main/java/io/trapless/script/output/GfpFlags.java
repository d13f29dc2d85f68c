package io.trapless.script.output;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The names of the kernel's allocation flags, for {@code %gr}. Bits and combinations: {@code include/linux/gfp_types.h} of Linux 6.12. */
final class GfpFlags {
    private static final String[] BITS = {
        "DMA",
        "HIGHMEM",
        "DMA32",
        "MOVABLE",
        "RECLAIMABLE",
        "HIGH",
        "IO",
        "FS",
        "ZERO",
        "",
        "DIRECT_RECLAIM",
        "KSWAPD_RECLAIM",
        "WRITE",
        "NOWARN",
        "RETRY_MAYFAIL",
        "NOFAIL",
        "NORETRY",
        "MEMALLOC",
        "COMP",
        "NOMEMALLOC",
        "HARDWALL",
        "THISNODE",
        "ACCOUNT",
        "ZEROTAGS",
        "SKIP_ZERO",
        "SKIP_KASAN",
        "NO_OBJ_EXT"
    };

    private static final Map<String, Long> NAMES = new LinkedHashMap<>();

    static {
        long noio = bits("DIRECT_RECLAIM KSWAPD_RECLAIM");
        long kernel = noio | bits("IO FS");
        long user = kernel | bits("HARDWALL");
        long movable = user | bits("HIGHMEM MOVABLE SKIP_KASAN");
        long light = (movable | bits("COMP NOMEMALLOC NOWARN")) & ~noio;
        // the largest combinations first: what one has named, the next does not name again
        NAMES.put("GFP_TRANSHUGE", light | bits("DIRECT_RECLAIM"));
        NAMES.put("GFP_TRANSHUGE_LIGHT", light);
        NAMES.put("GFP_HIGHUSER_MOVABLE", movable);
        NAMES.put("GFP_HIGHUSER", user | bits("HIGHMEM"));
        NAMES.put("GFP_USER", user);
        NAMES.put("GFP_KERNEL_ACCOUNT", kernel | bits("ACCOUNT"));
        NAMES.put("GFP_KERNEL", kernel);
        NAMES.put("GFP_NOFS", noio | bits("IO"));
        NAMES.put("GFP_ATOMIC", bits("HIGH KSWAPD_RECLAIM"));
        NAMES.put("GFP_NOIO", noio);
        NAMES.put("GFP_NOWAIT", bits("KSWAPD_RECLAIM NOWARN"));
        NAMES.put("GFP_DMA", bits("DMA"));
        NAMES.put("GFP_DMA32", bits("DMA32"));
        for (String bit : BITS) {
            if (!bit.isEmpty()) {
                NAMES.putIfAbsent("__GFP_" + bit, bits(bit));
            }
        }
    }

    private GfpFlags() {}

    private static long bits(String names) {
        long bits = 0;
        for (String name : names.split(" ", -1)) {
            bits |= 1L << List.of(BITS).indexOf(name);
        }
        return bits;
    }

    /** The names of {@code flags} with bars between them; bits without a name in hexadecimal. */
    static String text(long flags) {
        List<String> names = new ArrayList<>();
        long rest = flags;
        for (Map.Entry<String, Long> entry : NAMES.entrySet()) {
            if ((rest & entry.getValue()) == entry.getValue()) {
                names.add(entry.getKey());
                rest &= ~entry.getValue();
            }
        }
        if (rest != 0) {
            names.add("0x" + Long.toHexString(rest));
        }
        return names.isEmpty() ? "0" : String.join("|", names);
    }
}
