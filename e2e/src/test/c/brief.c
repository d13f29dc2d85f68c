/* brief CALLS: calls its function work so often, says "done" and ends: all of it in less than a millisecond. */
#include <stdint.h>

#include "target.h"

__attribute__((noinline, noclone)) uint64_t work(int x)
{
    uint64_t y = (uint64_t)x * 2654435761u;
    __asm__ volatile("" : "+r"(y));
    return y ^ (y >> 15);
}

int main(int argc, char **argv)
{
    if (argc < 2)
        return 2;
    for (int i = 0; i < atoi(argv[1]); i++)
        work(i);
    puts("done");
    return 0;
}
