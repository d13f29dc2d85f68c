package io.trapless.cli;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads sizes ({@code 64M}) and times ({@code 1.5s}) as people write them. */
final class Quantity {

    private static final Pattern DECIMAL = Pattern.compile("([0-9]{1,18})(?:\\.([0-9]{1,9}))?");

    private Quantity() {}

    /** Thrown for a text that is not a quantity; the message says what one looks like. */
    static final class MalformedQuantityException extends IllegalArgumentException {
        MalformedQuantityException(String message) {
            super(message);
        }
    }

    /**
     * A size: digits and an optional K, M or G (powers of 1024, either case, an optional {@code B} or {@code iB} behind).
     *
     * @return bytes, from 1 to {@link Long#MAX_VALUE}
     * @throws MalformedQuantityException if the text is something else
     */
    static long sizeBytes(String text) {
        int digits = leadingDigits(text);
        long unit = switch (text.substring(digits).toUpperCase(java.util.Locale.ROOT)) {
            case "", "B" -> 1L;
            case "K", "KB", "KIB" -> 1L << 10;
            case "M", "MB", "MIB" -> 1L << 20;
            case "G", "GB", "GIB" -> 1L << 30;
            default -> throw notASize(text);
        };
        try {
            long bytes = Math.multiplyExact(Long.parseLong(text.substring(0, digits)), unit);
            if (bytes > 0) {
                return bytes;
            }
        } catch (ArithmeticException | NumberFormatException e) {
            throw notASize(text);
        }
        throw notASize(text);
    }

    /**
     * A time: a decimal number and one of ns, us, ms, s, m, h.
     *
     * @return a positive duration of at most {@link Long#MAX_VALUE} nanoseconds
     * @throws MalformedQuantityException if the text is something else
     */
    static Duration time(String text) {
        int unitAt = text.length();
        while (unitAt > 0 && Character.isLetter(text.charAt(unitAt - 1))) {
            unitAt--;
        }
        long unitNanos = switch (text.substring(unitAt)) {
            case "ns" -> 1L;
            case "us" -> 1_000L;
            case "ms" -> 1_000_000L;
            case "s" -> 1_000_000_000L;
            case "m" -> 60_000_000_000L;
            case "h" -> 3_600_000_000_000L;
            default -> throw notATime(text);
        };
        Matcher number = DECIMAL.matcher(text.substring(0, unitAt));
        if (!number.matches()) {
            throw notATime(text);
        }
        try {
            long nanos = Math.multiplyExact(Long.parseLong(number.group(1)), unitNanos);
            if (number.group(2) != null) {
                nanos = Math.addExact(nanos, fraction(number.group(2), unitNanos));
            }
            if (nanos > 0) {
                return Duration.ofNanos(nanos);
            }
        } catch (ArithmeticException e) {
            throw notATime(text);
        }
        throw notATime(text);
    }

    /** Digits behind the point, at most nine, rounded to the nearest nanosecond; units from a microsecond up are multiples of powers of ten. BigDecimal's first use would take 50 ms. */
    private static long fraction(String digits, long unitNanos) {
        long scale = 1;
        for (int i = 0; i < digits.length(); i++) {
            scale *= 10;
        }
        long number = Long.parseLong(digits);
        return unitNanos >= scale ? number * (unitNanos / scale) : (number * unitNanos + scale / 2) / scale;
    }

    private static int leadingDigits(String text) {
        int digits = 0;
        while (digits < text.length() && text.charAt(digits) >= '0' && text.charAt(digits) <= '9') {
            digits++;
        }
        return digits;
    }

    private static MalformedQuantityException notASize(String text) {
        return new MalformedQuantityException(
                "'" + text + "' is not a size; write a positive number and K, M or G, like 64M");
    }

    private static MalformedQuantityException notATime(String text) {
        return new MalformedQuantityException(
                "'" + text + "' is not a time; write a positive number and ns, us, ms, s, m or h, like 500ms");
    }
}
