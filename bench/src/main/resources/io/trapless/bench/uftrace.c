/* The peer uftrace: the same call, compiled with -pg; only `work` is instrumented. */
#include "harness.h"

__attribute__((noinline)) int work(int seq)
{
    __asm__ volatile("");
    return 3 * seq + 1;
}

static QUIET __attribute__((noinline)) int plain(int seq)
{
    __asm__ volatile("");
    return 3 * seq + 1;
}

#define LOOP(NAME)                                  \
    static QUIET uint64_t loop_##NAME(long events)  \
    {                                               \
        uint64_t sum = 0;                           \
        for (long i = 0; i < events; i++)           \
            sum += (unsigned)NAME((int)i);          \
        return sum;                                 \
    }

LOOP(work)
LOOP(plain)

const struct work works[] = {
    {"work", loop_work, (void *)work},
    {"plain", loop_plain, (void *)plain},
    {NULL, NULL, NULL},
};
