package io.trapless.binary.dwarf;

import io.trapless.binary.elf.ElfException;
import io.trapless.binary.elf.ElfFile;
import io.trapless.binary.elf.Tools;
import java.nio.file.Path;
import java.util.List;

/** Programs with debugging information of every form that gcc writes. */
final class Samples {
    static final String SOURCE = """
            #include <stdio.h>
            enum color { RED, GREEN = 5, BLUE };
            typedef struct { int only; } named_by_typedef;
            struct node {
                int value;
                unsigned flags : 3;
                unsigned kind : 5;
                signed long wide : 40;
                struct node *next;
                char name[12];
                int grid[2][3];
                union { int number; float real; };
                struct { short low; struct { char deep; }; };
                enum color color;
                named_by_typedef inner;
                double weight;
                void (*call)(int);
                unsigned char raw[0];
            };
            struct __attribute__((packed)) tight { char a; long b; unsigned bits : 13; int c; };
            union either { long a; struct node *b; char text[24]; };
            __attribute__((noinline)) long visit(struct node *n, const char *label, enum color c, double d, int last)
            {
                __asm__ volatile("" ::: "memory");
                return n->value + last + (label != 0) + c + (long)d;
            }
            __attribute__((noinline)) long other(struct tight *t, union either *e)
            {
                __asm__ volatile("" ::: "memory");
                return t->b + e->a;
            }
            static inline __attribute__((always_inline)) int twice(int x, int y)
            {
                volatile int r = x * 2 + y;
                return r;
            }
            __attribute__((noinline)) int first(int a) { return twice(a + 1, 7) + 1; }
            __attribute__((noinline)) int second(int a, int b)
            {
                int t = a * b;
                printf(".");
                return twice(t, b) * twice(b, 3);
            }
            int main(int argc, char **argv)
            {
                struct node n = {.value = argc};
                struct tight t = {0};
                union either e = {0};
                int sum = 0;
                for (int i = 0; i < 3; i++) {
                    sum += visit(&n, argv[0], BLUE, 1.5, i);
                    sum += other(&t, &e);
                    sum += first(i) + second(i, argc);
                }
                return sum == 0;
            }
            """;

    private Samples() {}

    static Path build(Path directory, String name, String... options) {
        return Tools.compile(directory, name + ".c", SOURCE, options);
    }

    static DwarfFile open(Path program) throws ElfException, DwarfException {
        try (ElfFile elf = ElfFile.open(program)) {
            return DwarfFile.open(elf, Path.of("/"), program, List.of());
        }
    }
}
