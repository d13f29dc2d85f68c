package io.trapless.script.runtime;

import io.trapless.script.value.Blob;

/** Internet and hardware addresses as text. */
@SuppressWarnings("OperatorPrecedence") // bits and shifts, in the order of C
public final class InternetAddress {
    private static final int IPV4_BYTES = 4;
    private static final int GROUPS = 8;
    private static final int HARDWARE_BYTES = 6;

    private InternetAddress() {}

    /** An IPv4 address of 4 bytes, or an IPv6 address of 16 in the form of RFC 5952. */
    public static String text(Blob address) {
        byte[] bytes = address.bytes();
        return bytes.length <= IPV4_BYTES ? ipv4(bytes, 0) : ipv6(bytes);
    }

    private static String ipv4(byte[] bytes, int offset) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < IPV4_BYTES; i++) {
            out.append(i == 0 ? "" : ".").append(offset + i < bytes.length ? bytes[offset + i] & 0xff : 0);
        }
        return out.toString();
    }

    private static String ipv6(byte[] bytes) {
        int[] groups = new int[GROUPS];
        for (int i = 0; i < GROUPS; i++) {
            groups[i] = 2 * i + 1 < bytes.length ? (bytes[2 * i] & 0xff) << 8 | (bytes[2 * i + 1] & 0xff) : 0;
        }
        int bestStart = -1;
        int bestLength = 1;
        for (int i = 0; i < GROUPS; i++) {
            int end = i;
            while (end < GROUPS && groups[end] == 0) {
                end++;
            }
            if (end - i > bestLength) {
                bestStart = i;
                bestLength = end - i;
            }
        }
        // as inet_ntop writes them: an IPv4 address in the low 32 bits keeps its own form
        if (bestStart == 0 && (bestLength == 6 || (bestLength == 5 && groups[5] == 0xffff))) {
            return (bestLength == 6 ? "::" : "::ffff:") + ipv4(bytes, 12);
        }
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < GROUPS; i++) {
            if (i == bestStart) {
                out.append("::");
                i += bestLength - 1;
            } else {
                out.append(out.isEmpty() || out.charAt(out.length() - 1) == ':' ? "" : ":")
                        .append(Integer.toHexString(groups[i]));
            }
        }
        return out.toString();
    }

    /** The same for an array of char, which is a byte string: what is behind its end is zero. */
    public static String hardware(String address) {
        byte[] bytes = new byte[HARDWARE_BYTES];
        for (int i = 0; i < Math.min(HARDWARE_BYTES, address.length()); i++) {
            bytes[i] = (byte) address.charAt(i);
        }
        return hardware(new Blob(bytes));
    }

    /** A hardware address of 6 bytes: {@code 05:00:AB:...}. */
    public static String hardware(Blob address) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < HARDWARE_BYTES; i++) {
            int value = (int) address.integer(i, 1, false);
            out.append(i == 0 ? "" : ":");
            out.append("0123456789ABCDEF".charAt(value >> 4)).append("0123456789ABCDEF".charAt(value & 15));
        }
        return out.toString();
    }
}
