package io.trapless.binary.sdt;

import io.trapless.binary.elf.ElfException;
import java.util.ArrayList;
import java.util.List;

/**
 * Parses the argument string of an SDT note (SystemTap wiki, "UserSpaceProbeImplementation"): {@code N@OP} separated by spaces, where N is the size in bytes, negative for signed,
 * with {@code f} for floating point, and OP an operand of the assembler in AT&amp;T syntax. Whatever it does not know becomes an {@link UsdtOperand.Unsupported}.
 */
public final class UsdtArgumentParser {
    private static final int POINTER_SIZE = 8;

    private UsdtArgumentParser() {}

    public static List<UsdtArgument> parse(String text, SymbolAddresses symbols) throws ElfException {
        List<UsdtArgument> arguments = new ArrayList<>();
        for (String one : split(text)) {
            arguments.add(parseOne(one, symbols));
        }
        return List.copyOf(arguments);
    }

    /** Splits at white space outside of parentheses: {@code 8@(%rax, %rcx, 8)} is one argument. */
    private static List<String> split(String text) {
        List<String> parts = new ArrayList<>();
        StringBuilder part = new StringBuilder();
        int depth = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            depth += c == '(' ? 1 : c == ')' ? -1 : 0;
            if (!Character.isWhitespace(c)) {
                part.append(c);
            } else if (depth <= 0 && !part.isEmpty()) {
                parts.add(part.toString());
                part.setLength(0);
            }
        }
        if (!part.isEmpty()) {
            parts.add(part.toString());
        }
        return parts;
    }

    private static UsdtArgument parseOne(String text, SymbolAddresses symbols) throws ElfException {
        int at = text.indexOf('@');
        String size = at < 0 ? "" : text.substring(0, at);
        if (at < 0 || !isSize(size)) {
            // Without a size an operand is as wide as a pointer.
            UsdtOperand operand = at < 0 ? parseOperand(text, symbols) : new UsdtOperand.Unsupported("size " + size);
            return new UsdtArgument(POINTER_SIZE, UsdtArgument.Type.UNSIGNED, operand, text);
        }
        boolean isFloat = size.endsWith("f");
        int value = Integer.parseInt(isFloat ? size.substring(0, size.length() - 1) : size);
        UsdtArgument.Type type =
                isFloat ? UsdtArgument.Type.FLOAT : value < 0 ? UsdtArgument.Type.SIGNED : UsdtArgument.Type.UNSIGNED;
        return new UsdtArgument(Math.abs(value), type, parseOperand(text.substring(at + 1), symbols), text);
    }

    /** Sizes of integers are 1, 2, 4, 8; of floating-point numbers 4 and 8. */
    private static boolean isSize(String size) {
        return switch (size) {
            case "1", "2", "4", "8", "-1", "-2", "-4", "-8", "4f", "8f", "-4f", "-8f" -> true;
            default -> false;
        };
    }

    private static UsdtOperand parseOperand(String text, SymbolAddresses symbols) throws ElfException {
        if (text.startsWith("$")) {
            return parseConstant(text.substring(1), symbols);
        }
        UsdtOperand.Segment segment = UsdtOperand.Segment.NONE;
        String rest = text;
        if (text.startsWith("%fs:") || text.startsWith("%gs:")) {
            segment = text.startsWith("%fs:") ? UsdtOperand.Segment.FS : UsdtOperand.Segment.GS;
            rest = text.substring(4);
        } else if (text.startsWith("%")) {
            UsdtOperand register = RegisterNames.parse(text.substring(1));
            return register != null ? register : new UsdtOperand.Unsupported("register " + text);
        }
        return parseMemory(rest, segment, symbols);
    }

    private static UsdtOperand parseConstant(String text, SymbolAddresses symbols) throws ElfException {
        Displacement value = text.isEmpty() ? null : Displacement.parse(text);
        if (value == null) {
            return new UsdtOperand.Unsupported("constant $" + text);
        }
        if (value.symbol() == null) {
            return new UsdtOperand.Constant(value.offset());
        }
        Displacement resolved = value.resolve(symbols);
        return resolved == null ? unknownSymbol(value) : new UsdtOperand.AddressConstant(resolved.offset());
    }

    /** {@code displacement(base,index,scale)}, of which every part may be missing. */
    private static UsdtOperand parseMemory(String text, UsdtOperand.Segment segment, SymbolAddresses symbols)
            throws ElfException {
        int open = text.lastIndexOf('(');
        boolean hasRegisters = open >= 0 && text.endsWith(")") && text.indexOf('%', open) >= 0;
        Displacement given = Displacement.parse(hasRegisters ? text.substring(0, open) : text);
        if (given == null) {
            return new UsdtOperand.Unsupported("operand " + text);
        }
        String registers = hasRegisters ? text.substring(open + 1, text.length() - 1) : "";
        Displacement displacement = given.resolve(symbols);
        if (displacement == null) {
            return unknownSymbol(given);
        }
        boolean ripRelative = registers.equals("%rip");
        if ((ripRelative || (registers.isEmpty() && given.symbol() != null)) && segment == UsdtOperand.Segment.NONE) {
            return given.symbol() != null
                    ? new UsdtOperand.StaticMemory(displacement.offset())
                    : new UsdtOperand.Unsupported("operand " + text + " relative to an instruction that is not there");
        }
        return parseAddress(registers, segment, displacement.offset(), text);
    }

    private static UsdtOperand parseAddress(
            String registers, UsdtOperand.Segment segment, long displacement, String text) {
        String[] parts = registers.split(",", -1);
        int base = RegisterNames.address(parts[0]);
        int index = parts.length > 1 ? RegisterNames.address(parts[1]) : UsdtOperand.NONE;
        int scale = parts.length > 2 ? scale(parts[2]) : 1;
        boolean fits = displacement == (int) displacement;
        if (base == RegisterNames.BAD || index == RegisterNames.BAD || scale == 0 || parts.length > 3 || !fits) {
            return new UsdtOperand.Unsupported("operand " + text);
        }
        return new UsdtOperand.Memory(segment, base, index, scale, displacement);
    }

    private static int scale(String text) {
        return switch (text) {
            case "", "1" -> 1;
            case "2" -> 2;
            case "4" -> 4;
            case "8" -> 8;
            default -> 0;
        };
    }

    private static UsdtOperand unknownSymbol(Displacement value) {
        return new UsdtOperand.Unsupported("symbol " + value.symbol() + " is not in the file's symbol tables");
    }
}
