/* Functions with arguments of every integer kind, called once each with values that are known to the test. */
#include <stdint.h>
#include <string.h>

#include "target.h"

struct point {
    int32_t x;
    int32_t y;
    uint64_t id;
    const char *name;
};

/* six in registers, two on the stack */
__attribute__((noinline, noclone)) long eight(long a, long b, long c, long d, long e, long f, long g, long h)
{
    return a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * f + 7 * g + 8 * h;
}

__attribute__((noinline, noclone)) long narrow(int8_t a, uint8_t b, int16_t c, uint16_t d, int32_t e, uint32_t f)
{
    return a + b + c + d + e + (long)f;
}

__attribute__((noinline, noclone)) size_t text(const char *text)
{
    return strlen(text);
}

__attribute__((noinline, noclone)) int64_t move(const struct point *point)
{
    return point->x + point->y + (int64_t)point->id;
}

static volatile int last_number;

/* never looks at its pointer, which may be wild */
__attribute__((noinline, noclone)) int wild(const char *pointer, int number)
{
    __asm__ volatile("" : : "r"(pointer));
    last_number = number;
    return number + 1;
}

int main(void)
{
    static const struct point point = {-7, 42, 0x1122334455667788u, "corner"};
    die_with_parent();
    ready((const void *)eight);
    long sum = eight(1, -2, 3, -4, 5, -6, 7, -8) + narrow(-1, 255, -300, 65535, -70000, 4000000000u);
    sum += (long)text("h\xc3\xa9llo, world") + (long)text("") + move(&point);
    sum += wild((const char *)8, 1) + wild((const char *)0x7fffdeadbeef000, 2) + wild("fine", 3);
    printf("sum %ld\n", sum);
    return 0;
}
