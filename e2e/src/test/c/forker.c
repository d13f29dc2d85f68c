/*
 * forker: calls work(seq, thread) for ever; on SIGUSR1 it forks a child that does the same, in the parent's image, and says "child PID". Says "ready PID ADDRESS-OF-WORK" first and waits for a
 * line.
 */
#include <stdint.h>

#include "target.h"

static volatile sig_atomic_t wanted;

static void want(int signal)
{
    (void)signal;
    wanted = 1;
}

__attribute__((noinline, noclone)) uint64_t work(int seq, int thread)
{
    uint64_t x = (uint64_t)seq * 2654435761u + (uint64_t)thread;
    __asm__ volatile("" : "+r"(x));
    return x ^ (x >> 15);
}

int main(void)
{
    die_with_parent();
    signal(SIGUSR1, want);
    ready((const void *)work);
    for (int seq = 0;; seq++) {
        work(seq, 0);
        usleep(100);
        if (wanted) {
            pid_t child;
            wanted = 0;
            child = fork();
            if (child == 0) {
                die_with_parent();
            } else {
                printf("child %d\n", (int)child);
                fflush(stdout);
            }
        }
    }
}
