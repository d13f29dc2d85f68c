/* The peer LTTng-UST: the same call, with a tracepoint compiled in. */
#include "harness.h"

#define LTTNG_UST_TRACEPOINT_DEFINE
#define LTTNG_UST_TRACEPOINT_CREATE_PROBES
#include "lttng-events.h"

static __attribute__((noinline)) int work(int seq)
{
    lttng_ust_tracepoint(trapless_bench, work, seq);
    return 3 * seq + 1;
}

static __attribute__((noinline)) int plain(int seq)
{
    __asm__ volatile("");
    return 3 * seq + 1;
}

#define LOOP(NAME)                              \
    static uint64_t loop_##NAME(long events)    \
    {                                           \
        uint64_t sum = 0;                       \
        for (long i = 0; i < events; i++)       \
            sum += (unsigned)NAME((int)i);      \
        return sum;                             \
    }

LOOP(work)
LOOP(plain)

const struct work works[] = {
    {"work", loop_work, (void *)work},
    {"plain", loop_plain, (void *)plain},
    {NULL, NULL, NULL},
};
