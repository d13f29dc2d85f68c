package io.trapless.binary.elf;

/** Numbers of the System V gABI, the x86-64 psABI and the GNU extensions that this package reads. */
final class ElfConstants {
    static final int MAGIC = 0x464C457F;
    static final int CLASS_64 = 2;
    static final int CLASS_32 = 1;
    static final int LITTLE_ENDIAN = 1;
    static final int BIG_ENDIAN = 2;
    static final int MACHINE_X86_64 = 62;
    static final int TYPE_EXEC = 2;
    static final int TYPE_DYN = 3;

    static final int HEADER_SIZE = 64;
    static final int PROGRAM_HEADER_SIZE = 56;
    static final int SECTION_HEADER_SIZE = 64;
    static final int SYMBOL_SIZE = 24;
    static final int RELA_SIZE = 24;
    static final int REL_SIZE = 16;
    static final int DYNAMIC_SIZE = 16;

    static final int PT_LOAD = 1;
    static final int PT_DYNAMIC = 2;
    static final int PT_INTERP = 3;
    static final int PT_NOTE = 4;
    static final int PT_TLS = 7;
    static final int PT_GNU_EH_FRAME = 0x6474E550;
    static final int PF_X = 1;
    static final int PF_W = 2;
    static final int PF_R = 4;

    static final int SHT_PROGBITS = 1;
    static final int SHT_SYMTAB = 2;
    static final int SHT_RELA = 4;
    static final int SHT_NOTE = 7;
    static final int SHT_NOBITS = 8;
    static final int SHT_REL = 9;
    static final int SHT_DYNSYM = 11;
    static final int SHT_GNU_VERDEF = 0x6FFFFFFD;
    static final int SHT_GNU_VERSYM = 0x6FFFFFFF;
    static final int SHF_WRITE = 1;
    static final int SHF_ALLOC = 2;
    static final int SHF_EXECINSTR = 4;
    static final int SHF_TLS = 0x400;

    static final int SHN_UNDEF = 0;
    static final int SHN_LORESERVE = 0xFF00;
    static final int SHN_ABS = 0xFFF1;
    static final int SHN_XINDEX = 0xFFFF;

    static final int DT_NULL = 0;
    static final int DT_NEEDED = 1;
    static final int DT_PLTRELSZ = 2;
    static final int DT_HASH = 4;
    static final int DT_STRTAB = 5;
    static final int DT_SYMTAB = 6;
    static final int DT_RELA = 7;
    static final int DT_RELASZ = 8;
    static final int DT_STRSZ = 10;
    static final int DT_INIT = 12;
    static final int DT_FINI = 13;
    static final int DT_SONAME = 14;
    static final int DT_REL = 17;
    static final int DT_RELSZ = 18;
    static final int DT_PLTREL = 20;
    static final int DT_JMPREL = 23;
    static final int DT_RELRSZ = 35;
    static final int DT_RELR = 36;
    static final int DT_GNU_HASH = 0x6FFFFEF5;
    static final int DT_VERSYM = 0x6FFFFFF0;
    static final int DT_VERDEF = 0x6FFFFFFC;
    static final int DT_VERDEFNUM = 0x6FFFFFFD;

    static final int NT_GNU_BUILD_ID = 3;

    private ElfConstants() {}
}
