/* awaiter CALLS: waits until its function work begins with a jump, which is what a tracer does to it (before main, if it is caught at its start), and calls it so often. Says "patched" and ends with 0; with 3
   after a minute. */
#include <stdint.h>
#include <string.h>
#include <time.h>

#include "target.h"

__attribute__((noinline, noclone)) uint64_t work(int x)
{
    uint64_t y = (uint64_t)x * 2654435761u;
    __asm__ volatile("" : "+r"(y));
    return y ^ (y >> 15);
}

static int is_patched(void)
{
    unsigned char first;
    memcpy(&first, (const void *)work, sizeof first);
    return first == 0xe9 || first == 0xeb; /* jmp */
}

int main(int argc, char **argv)
{
    time_t begin = time(NULL);
    die_with_parent();
    if (argc < 2)
        return 2;
    while (!is_patched()) {
        if (time(NULL) - begin > 60)
            return 3;
        usleep(1000);
    }
    usleep(20000); /* the tracer lets all threads go before this one is here again; the rest is patience */
    for (int i = 0; i < atoi(argv[1]); i++)
        work(i);
    puts("patched");
    return 0;
}
