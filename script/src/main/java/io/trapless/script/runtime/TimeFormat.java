package io.trapless.script.runtime;

import java.time.DayOfWeek;
import java.time.ZonedDateTime;
import java.time.format.TextStyle;
import java.time.temporal.ChronoField;
import java.time.temporal.IsoFields;
import java.util.Locale;

/**
 * {@code strftime(3)} in the C locale, with bpftrace's {@code %f} (microseconds), {@code %k} (nanoseconds) and {@code %l} (milliseconds), which take the place of what C has
 * under these letters.
 */
public final class TimeFormat {
    private final StringBuilder out = new StringBuilder();
    private final ZonedDateTime time;

    private TimeFormat(ZonedDateTime time) {
        this.time = time;
    }

    /** {@code time} in that format. */
    public static String format(String format, ZonedDateTime time) {
        TimeFormat result = new TimeFormat(time);
        result.all(format);
        return result.out.toString();
    }

    @SuppressWarnings("IncrementInForLoopAndHeader") // a conversion takes two or three characters
    private void all(String format) {
        int i = 0;
        while (i < format.length()) {
            char c = format.charAt(i++);
            if (c != '%' || i == format.length()) {
                out.append(c);
                continue;
            }
            // E and O ask for another era or other digits: the C locale has none
            boolean modifier = (format.charAt(i) == 'E' || format.charAt(i) == 'O') && i + 1 < format.length();
            if (modifier) {
                i++;
            }
            char letter = format.charAt(i++);
            if (!date(letter) && !clock(letter)) {
                out.append('%').append(letter);
            }
        }
    }

    private boolean date(char letter) {
        switch (letter) {
            case 'a' -> out.append(time.getDayOfWeek().getDisplayName(TextStyle.SHORT, Locale.ENGLISH));
            case 'A' -> out.append(time.getDayOfWeek().getDisplayName(TextStyle.FULL, Locale.ENGLISH));
            case 'b', 'h' -> out.append(time.getMonth().getDisplayName(TextStyle.SHORT, Locale.ENGLISH));
            case 'B' -> out.append(time.getMonth().getDisplayName(TextStyle.FULL, Locale.ENGLISH));
            case 'C' -> padded(time.getYear() / 100, 2, '0');
            case 'd' -> padded(time.getDayOfMonth(), 2, '0');
            case 'D' -> all("%m/%d/%y");
            case 'e' -> padded(time.getDayOfMonth(), 2, ' ');
            case 'F' -> all("%Y-%m-%d");
            case 'G' -> padded(time.get(IsoFields.WEEK_BASED_YEAR), 4, '0');
            case 'g' -> padded(time.get(IsoFields.WEEK_BASED_YEAR) % 100, 2, '0');
            case 'j' -> padded(time.getDayOfYear(), 3, '0');
            case 'm' -> padded(time.getMonthValue(), 2, '0');
            case 'u' -> out.append(time.getDayOfWeek().getValue());
            case 'U' -> padded((time.getDayOfYear() + 6 - sundays()) / 7, 2, '0');
            case 'V' -> padded(time.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR), 2, '0');
            case 'w' -> out.append(sundays());
            case 'W' -> padded((time.getDayOfYear() + 7 - time.getDayOfWeek().getValue()) / 7, 2, '0');
            case 'x' -> all("%m/%d/%y");
            case 'y' -> padded(time.getYear() % 100, 2, '0');
            case 'Y' -> out.append(time.getYear());
            default -> {
                return false;
            }
        }
        return true;
    }

    /** Days since Sunday. */
    private int sundays() {
        return time.getDayOfWeek() == DayOfWeek.SUNDAY ? 0 : time.getDayOfWeek().getValue();
    }

    private boolean clock(char letter) {
        int nanos = time.getNano();
        switch (letter) {
            case 'c' -> all("%a %b %e %H:%M:%S %Y");
            case 'f' -> padded(nanos / 1000, 6, '0');
            case 'H' -> padded(time.getHour(), 2, '0');
            case 'I' -> padded(time.get(ChronoField.CLOCK_HOUR_OF_AMPM), 2, '0');
            case 'k' -> padded(nanos, 9, '0');
            case 'l' -> padded(nanos / 1_000_000, 3, '0');
            case 'M' -> padded(time.getMinute(), 2, '0');
            case 'n' -> out.append('\n');
            case 'p' -> out.append(time.getHour() < 12 ? "AM" : "PM");
            case 'P' -> out.append(time.getHour() < 12 ? "am" : "pm");
            case 'r' -> all("%I:%M:%S %p");
            case 'R' -> all("%H:%M");
            case 's' -> out.append(time.toEpochSecond());
            case 'S' -> padded(time.getSecond(), 2, '0');
            case 't' -> out.append('\t');
            case 'T', 'X' -> all("%H:%M:%S");
            case 'z' -> zone();
            case 'Z' -> out.append(time.getZone().getDisplayName(TextStyle.SHORT, Locale.ENGLISH));
            case '%' -> out.append('%');
            default -> {
                return false;
            }
        }
        return true;
    }

    private void zone() {
        int minutes = time.getOffset().getTotalSeconds() / 60;
        out.append(minutes < 0 ? '-' : '+');
        padded(Math.abs(minutes) / 60, 2, '0');
        padded(Math.abs(minutes) % 60, 2, '0');
    }

    private void padded(int number, int width, char fill) {
        String digits = Integer.toString(number);
        out.repeat(fill, Math.max(0, width - digits.length())).append(digits);
    }
}
