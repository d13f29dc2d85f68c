package io.trapless.language.types;

/** The types without parameters. */
public final class Types {
    public static final Type.Int INT8 = new Type.Int(1, true);
    public static final Type.Int INT16 = new Type.Int(2, true);
    public static final Type.Int INT32 = new Type.Int(4, true);
    public static final Type.Int INT64 = new Type.Int(8, true);
    public static final Type.Int UINT8 = new Type.Int(1, false);
    public static final Type.Int UINT16 = new Type.Int(2, false);
    public static final Type.Int UINT32 = new Type.Int(4, false);
    public static final Type.Int UINT64 = new Type.Int(8, false);
    public static final Type.Bool BOOL = new Type.Bool();

    private Types() {}
}
