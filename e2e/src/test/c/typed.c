/* Functions whose parameters have types of every kind: what a program reads of them by debugging information must be what they print. */
#include "target.h"

enum color { RED, GREEN = 5, BLUE };

typedef struct {
    int only;
} by_typedef;

struct node {
    int value;
    unsigned flags : 3;
    signed kind : 5;
    long wide : 40;
    struct node *next;
    char name[12];
    int grid[2][3];
    union {
        int number;
        unsigned char raw[4];
    };
    struct {
        short low;
        struct {
            signed char deep;
        };
    };
    enum color color;
    by_typedef inner;
};

struct pair {
    int a;
    long b;
};

struct big {
    long a;
    int b[4];
    char text[8];
};

#define NOINLINE __attribute__((noinline, noipa))

NOINLINE void mixed(signed char a, double d, unsigned char b, enum color c, short s, float f, long l, int fifth, long sixth, int on_stack)
{
    printf("mixed %d %d %d %d %ld %d %ld %d\n", a, b, (int)c, s, l, fifth, sixth, on_stack);
    __asm__ volatile("" ::"x"(d), "x"(f) : "memory");
}

NOINLINE void walk(struct node *n, struct node **table)
{
    /* bit fields as programs see them: without their sign, as bpftrace has it */
    printf("walk %d %u %d %ld %s %d %s %d\n", n->value, n->flags, n->kind & 0x1f, (long)n->wide & 0xffffffffffL, n->name, n->next->value,
           n->next->name, n->next->next == 0);
    printf("deep %d %d %d %d %d %d %d\n", n->grid[1][2], n->number, n->raw[1], n->low, n->deep, n->inner.only,
           table[1]->grid[0][1]);
    __asm__ volatile("" ::: "memory");
}

NOINLINE void by_value(int k, struct pair p, struct big b, char *last)
{
    printf("by_value %d %d %ld %ld %d %s %s\n", k, p.a, p.b, b.a, b.b[2], b.text, last);
    __asm__ volatile("" ::: "memory");
}

NOINLINE void spilled(long a, long b, long c, long d, long e, struct pair p, long f)
{
    printf("spilled %ld %d %ld %ld\n", e, p.a, p.b, f);
    __asm__ volatile("" ::"r"(a), "r"(b), "r"(c), "r"(d) : "memory");
}

static inline __attribute__((always_inline)) long inlined(long x, long y)
{
    printf("inlined %ld %ld\n", x, y);
    return x * y;
}

NOINLINE long calls_once(long a)
{
    return inlined(a + 1, 7);
}

NOINLINE long calls_twice(long a, long b)
{
    return inlined(b, a) + inlined(a, 3);
}

int main(void)
{
    struct node last = {.value = -2, .name = "last", .grid = {{4, 5, 6}}, .color = BLUE};
    struct node first = {
        .value = 1,
        .flags = 5,
        .kind = -9,
        .wide = -123456789012,
        .next = &last,
        .name = "first",
        .grid = {{1, 2, 3}, {4, 5, 60}},
        .number = 0x01020304,
        .low = -300,
        .deep = -7,
        .color = GREEN,
        .inner = {42},
    };
    struct node *table[] = {&first, &last};
    struct pair p = {11, -12};
    struct big b = {.a = 1L << 40, .b = {1, 2, 33}, .text = "inside"};
    long sum = 0;
    die_with_parent();
    for (int i = 0; i < 3; i++) {
        mixed((signed char)-i, 1.5, (unsigned char)(200 + i), BLUE, -3, 2.5f, 1L << (33 + i), i, -i, 100 + i);
        walk(&first, table);
        by_value(i, p, b, "end");
        spilled(1, 2, 3, 4, i, p, -i);
        sum += calls_once(i);
        sum += calls_twice(i, 50 + i); /* the line of calls */
    }
    printf("total %ld\n", sum);
    return 0;
}
