/* usdt CALLS: a USDT probe with a semaphore and one without. Counts how often the semaphore was seen raised. */
#define _SDT_HAS_SEMAPHORES 1
#include <stdint.h>
#include <sys/sdt.h>

#include "target.h"

__extension__ unsigned short trapless_test_guarded_semaphore __attribute__((section(".probes")));
/* a header of semaphores wants one for every probe of the file */
__extension__ unsigned short trapless_test_fire_semaphore __attribute__((section(".probes")));

static long raised;

__attribute__((noinline, noclone)) long step(int seq, const char *text)
{
    int64_t wide = (int64_t)seq << 33;
    DTRACE_PROBE3(trapless_test, fire, seq, wide, text);
    if (*(volatile unsigned short *)&trapless_test_guarded_semaphore) {
        raised++;
        DTRACE_PROBE1(trapless_test, guarded, seq);
    }
    return seq + 1;
}

int main(int argc, char **argv)
{
    long sum = 0;
    if (argc != 2)
        return 2;
    long calls = atol(argv[1]);
    die_with_parent();
    ready((const void *)step);
    for (long i = 0; i < calls; i++)
        sum += step((int)i, "text");
    printf("sum %ld raised %ld semaphore %d\n", sum, raised, trapless_test_guarded_semaphore);
    return sum == calls * (calls + 1) / 2 ? 0 : 3;
}
