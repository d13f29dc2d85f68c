package io.trapless.cli;

import java.time.Duration;

/** Reads sizes ({@code 64M}) and times ({@code 1.5s}) as people write them. */
final class Quantity {

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
        String number = text.substring(0, unitAt);
        if (!number.matches("[0-9]{1,18}(\\.[0-9]{1,9})?")) {
            throw notATime(text);
        }
        try {
            long nanos = new java.math.BigDecimal(number)
                    .multiply(java.math.BigDecimal.valueOf(unitNanos))
                    .setScale(0, java.math.RoundingMode.HALF_UP)
                    .longValueExact();
            if (nanos > 0) {
                return Duration.ofNanos(nanos);
            }
        } catch (ArithmeticException e) {
            throw notATime(text);
        }
        throw notATime(text);
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
