package io.trapless.language.types;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How the type of a variable, a map's key or a map's value grows when another value is put in, as in bpftrace. */
public final class TypePromotion {
    private TypePromotion() {}

    /**
     * The type that holds both, or null if there is none.
     *
     * @param current what is known so far; null: nothing
     */
    public static @Nullable Type promote(@Nullable Type current, Type next) {
        if (current == null) {
            return next instanceof Type.Aggregate a && a.kind().isNumber() ? new Type.Int(8, a.signed()) : next;
        }
        if (current.equals(next)) {
            return current.isInteger() ? flexibleOf(current, next) : next;
        }
        boolean numbers =
                (current.isInteger() && isNumberAggregate(next)) || (next.isInteger() && isNumberAggregate(current));
        if (!isCompatible(current, next)) {
            return numbers ? integers(current, next) : null;
        }
        return element(current, next);
    }

    /** Equal integers: flexible only if both are. */
    private static Type flexibleOf(Type current, Type next) {
        return current instanceof Type.Int a && next instanceof Type.Int b
                ? new Type.Int(a.sizeBytes(), a.signed(), a.flexible() && b.flexible())
                : next;
    }

    public static boolean isNumberAggregate(Type type) {
        return type instanceof Type.Aggregate a && a.kind().isNumber();
    }

    private static boolean isFlexible(Type type) {
        return type instanceof Type.Int i && i.flexible();
    }

    private static Type.Int integers(Type current, Type next) {
        int currentSize = current.sizeInBytes();
        int nextSize = next.sizeInBytes();
        int larger = Math.max(currentSize, nextSize);
        boolean flexible = isFlexible(current) && isFlexible(next);
        if (current.isSigned() == next.isSigned()) {
            return new Type.Int(larger, current.isSigned(), flexible);
        }
        if (isFlexible(current) || isFlexible(next)) {
            boolean signed = (!isFlexible(current) && current.isSigned()) || (!isFlexible(next) && next.isSigned());
            return new Type.Int(larger, signed, flexible);
        }
        if (current.isSigned() && currentSize > nextSize) {
            return new Type.Int(currentSize, true);
        }
        if (next.isSigned() && nextSize > currentSize) {
            return new Type.Int(nextSize, true);
        }
        return new Type.Int(Math.min(2 * larger, 8), true);
    }

    private static @Nullable Type element(Type current, Type next) {
        if (current instanceof Type.Enumeration && current.equals(next)) {
            return current;
        }
        if (current.isInteger()) {
            return integers(current, next);
        }
        return switch (current) {
            case Type.Aggregate a -> a.signed() || !next.isSigned() ? a : next;
            case Type.Tuple a
            when next instanceof Type.Tuple b -> {
                List<Type> elements = new ArrayList<>();
                for (int i = 0; i < a.elements().size(); i++) {
                    Type element = element(a.elements().get(i), b.elements().get(i));
                    if (element == null) {
                        yield null;
                    }
                    elements.add(element);
                }
                yield new Type.Tuple(elements);
            }
            case Type.NamedTuple a
            when next instanceof Type.NamedTuple b -> {
                List<Type.NamedTuple.Field> fields = new ArrayList<>();
                for (Type.NamedTuple.Field field : a.fields()) {
                    Type element = element(
                            field.type(),
                            b.fields().get(b.indexOf(field.name())).type());
                    if (element == null) {
                        yield null;
                    }
                    fields.add(new Type.NamedTuple.Field(field.name(), element));
                }
                yield new Type.NamedTuple(fields);
            }
            case Type.Str a -> new Type.Str(Math.max(a.sizeBytes(), next.sizeInBytes()));
            case Type.Pointer a
            when next instanceof Type.Pointer b -> {
                Type target = element(a.target(), b.target());
                yield target == null ? null : new Type.Pointer(target);
            }
            case Type.Array a when a.length() == 0 -> next;
            default -> current;
        };
    }

    /** Whether two types are of one form, so that a value of one may stand where the other was. */
    public static boolean isCompatible(Type a, Type b) {
        if (a.isInteger() && b.isInteger()) {
            return true;
        }
        return switch (a) {
            case Type.Struct s -> a.equals(b);
            case Type.Pointer p -> b instanceof Type.Pointer q && isCompatible(p.target(), q.target());
            case Type.Tuple t -> b instanceof Type.Tuple u && areCompatible(t.elements(), u.elements());
            case Type.NamedTuple t -> b instanceof Type.NamedTuple u && areCompatible(t, u);
            case Type.Array x ->
                b instanceof Type.Array y
                        && x.element().equals(y.element())
                        && (x.length() == 0 || y.length() == 0 || x.length() == y.length());
            case Type.Aggregate x -> b instanceof Type.Aggregate y && x.kind() == y.kind();
            case Type.Stack s -> a.equals(b);
            case Type.Special s -> a.equals(b);
            default -> a.getClass() == b.getClass();
        };
    }

    private static boolean areCompatible(List<Type> a, List<Type> b) {
        if (a.size() != b.size()) {
            return false;
        }
        for (int i = 0; i < a.size(); i++) {
            if (!isCompatible(a.get(i), b.get(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean areCompatible(Type.NamedTuple a, Type.NamedTuple b) {
        return a.fields().size() == b.fields().size()
                && a.fields().stream().allMatch(f -> {
                    int index = b.indexOf(f.name());
                    return index >= 0
                            && isCompatible(f.type(), b.fields().get(index).type());
                });
    }

    /** Whether every value of {@code from} is one of {@code to}. */
    public static boolean fits(Type from, Type to) {
        if (from.isInteger() && to.isInteger()) {
            if (from.isSigned() == to.isSigned() || isFlexible(from)) {
                return from.sizeInBytes() <= to.sizeInBytes();
            }
            return !from.isSigned() && from.sizeInBytes() < to.sizeInBytes();
        }
        if (from instanceof Type.Str a && to instanceof Type.Str b) {
            return a.sizeBytes() <= b.sizeBytes();
        }
        return from.equals(to);
    }

    /** Whether the types are equal, and flexible in the same places. */
    public static boolean isSame(@Nullable Type a, @Nullable Type b) {
        if (a == null || b == null) {
            return a == null && b == null;
        }
        return a.equals(b) && flexibility(a).equals(flexibility(b));
    }

    private static String flexibility(Type type) {
        return switch (type) {
            case Type.Int i -> i.flexible() ? "f" : ".";
            case Type.Tuple t ->
                t.elements().stream().map(TypePromotion::flexibility).reduce("(", String::concat) + ")";
            case Type.NamedTuple t ->
                t.fields().stream().map(f -> flexibility(f.type())).reduce("(", String::concat) + ")";
            default -> "";
        };
    }
}
