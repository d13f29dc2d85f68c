/*
 * burst: does what it is told, a line at a time, and says when it is done. Says "ready PID ADDRESS-OF-WORK" first and waits for a line.
 *
 *   work N     calls work(seq) N times; seq counts from 0 over all of them. "did N"
 *   alarm      calls alarming(seq). "did 0"
 *   exit N     ends with status N
 *   crash      is killed by SIGSEGV
 */
#include <stdint.h>
#include <string.h>

#include "target.h"

__attribute__((noinline, noclone)) int work(int seq)
{
    __asm__ volatile("" : "+r"(seq));
    return seq ^ 0x55;
}

__attribute__((noinline, noclone)) int alarming(int seq)
{
    __asm__ volatile("" : "+r"(seq));
    return seq ^ 0xaa;
}

int main(void)
{
    char line[64];
    int seq = 0;
    die_with_parent();
    ready((const void *)work);
    while (fgets(line, sizeof line, stdin)) {
        int number = 0;
        if (sscanf(line, "work %d", &number) == 1) {
            for (int i = 0; i < number; i++, seq++)
                if (work(seq) != (seq ^ 0x55))
                    return 3;
        } else if (strncmp(line, "alarm", 5) == 0) {
            if (alarming(seq) != (seq ^ 0xaa))
                return 3;
        } else if (sscanf(line, "exit %d", &number) == 1) {
            exit(number);
        } else if (strncmp(line, "crash", 5) == 0) {
            raise(SIGSEGV);
        }
        printf("did %d\n", number);
        fflush(stdout);
    }
    return 0;
}
