// raiser: raises SIGUSR1 again and again until a line comes. Ends with 3 as soon as a signal has not arrived.
#include "target.h"

static volatile sig_atomic_t arrived;

static void on_signal(int signal)
{
    (void)signal;
    arrived++;
}

__attribute__((noinline, noclone)) int round_done(int round)
{
    __asm__ volatile("" : "+r"(round) : : "memory");
    return round * 12345 + 678;
}

int main(void)
{
    die_with_parent();
    signal(SIGUSR1, on_signal);
    ready((const void *)round_done);
    do {
        arrived = 0;
        for (int i = 1; i <= 1000; i++) {
            raise(SIGUSR1);
            if (arrived != i)
                return 3;
        }
        round_done(arrived);
    } while (!line_has_come());
    puts("right");
    return 0;
}
