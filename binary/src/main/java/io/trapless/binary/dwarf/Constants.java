package io.trapless.binary.dwarf;

import java.util.Set;

/** Numbers of the DWARF standard, version 5, sections 7.5 to 7.8. */
final class Constants {
    static final int TAG_ARRAY = 0x01;
    static final int TAG_CLASS = 0x02;
    static final int TAG_ENUMERATION = 0x04;
    static final int TAG_FORMAL_PARAMETER = 0x05;
    static final int TAG_LEXICAL_BLOCK = 0x0b;
    static final int TAG_MEMBER = 0x0d;
    static final int TAG_POINTER = 0x0f;
    static final int TAG_REFERENCE = 0x10;
    static final int TAG_STRUCTURE = 0x13;
    static final int TAG_SUBROUTINE_TYPE = 0x15;
    static final int TAG_TYPEDEF = 0x16;
    static final int TAG_UNION = 0x17;
    static final int TAG_INHERITANCE = 0x1c;
    static final int TAG_INLINED_SUBROUTINE = 0x1d;
    static final int TAG_SUBRANGE = 0x21;
    static final int TAG_BASE_TYPE = 0x24;
    static final int TAG_CONST = 0x26;
    static final int TAG_ENUMERATOR = 0x28;
    static final int TAG_SUBPROGRAM = 0x2e;
    static final int TAG_TRY_BLOCK = 0x32;
    static final int TAG_VOLATILE = 0x35;
    static final int TAG_RESTRICT = 0x37;
    static final int TAG_NAMESPACE = 0x39;
    static final int TAG_PARTIAL_UNIT = 0x3c;
    static final int TAG_MODULE = 0x1e;
    static final int TAG_RVALUE_REFERENCE = 0x42;
    static final int TAG_ATOMIC = 0x47;

    static final int AT_LOCATION = 0x02;
    static final int AT_NAME = 0x03;
    static final int AT_BYTE_SIZE = 0x0b;
    static final int AT_BIT_OFFSET = 0x0c;
    static final int AT_BIT_SIZE = 0x0d;
    static final int AT_LOW_PC = 0x11;
    static final int AT_LANGUAGE = 0x13;
    static final int AT_CONST_VALUE = 0x1c;
    static final int AT_PRODUCER = 0x25;
    static final int AT_UPPER_BOUND = 0x2f;
    static final int AT_ABSTRACT_ORIGIN = 0x31;
    static final int AT_ARTIFICIAL = 0x34;
    static final int AT_CALLING_CONVENTION = 0x36;
    static final int AT_COUNT = 0x37;
    static final int AT_DATA_MEMBER_LOCATION = 0x38;
    static final int AT_DECLARATION = 0x3c;
    static final int AT_ENCODING = 0x3e;
    static final int AT_EXTERNAL = 0x3f;
    static final int AT_FRAME_BASE = 0x40;
    static final int AT_SPECIFICATION = 0x47;
    static final int AT_TYPE = 0x49;
    static final int AT_ENTRY_PC = 0x52;
    static final int AT_RANGES = 0x55;
    static final int AT_CALL_FILE = 0x58;
    static final int AT_CALL_LINE = 0x59;
    static final int AT_DATA_BIT_OFFSET = 0x6b;
    static final int AT_LINKAGE_NAME = 0x6e;
    static final int AT_MIPS_LINKAGE_NAME = 0x2007;

    /** C89, C, C99, C11, C17 and C23. */
    static final Set<Long> C_LANGUAGES = Set.of(0x01L, 0x02L, 0x0cL, 0x1dL, 0x2cL, 0x3eL);

    static final int ATE_BOOLEAN = 0x02;
    static final int ATE_COMPLEX_FLOAT = 0x03;
    static final int ATE_FLOAT = 0x04;
    static final int ATE_SIGNED = 0x05;
    static final int ATE_SIGNED_CHAR = 0x06;
    static final int ATE_UNSIGNED = 0x07;
    static final int ATE_UNSIGNED_CHAR = 0x08;
    static final int ATE_UTF = 0x10;

    static final int FORM_ADDR = 0x01;
    static final int FORM_STRING = 0x08;
    static final int FORM_STRP = 0x0e;
    static final int FORM_LINE_STRP = 0x1f;

    static final int PASS_BY_REFERENCE = 4;

    static final int OP_ADDR = 0x03;
    static final int OP_CONST1U = 0x08;
    static final int OP_CONSTS = 0x11;
    static final int OP_PLUS_UCONST = 0x23;
    static final int OP_LIT0 = 0x30;
    static final int OP_LIT31 = 0x4f;
    static final int OP_REG0 = 0x50;
    static final int OP_REG31 = 0x6f;
    static final int OP_BREG0 = 0x70;
    static final int OP_BREG31 = 0x8f;
    static final int OP_REGX = 0x90;
    static final int OP_FBREG = 0x91;
    static final int OP_BREGX = 0x92;
    static final int OP_CALL_FRAME_CFA = 0x9c;
    static final int OP_IMPLICIT_VALUE = 0x9e;
    static final int OP_STACK_VALUE = 0x9f;

    private Constants() {}
}
