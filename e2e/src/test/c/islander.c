/*
 * islander THREADS: every thread calls narrow(i, 3) until SIGTERM and checks what comes back; the process ends with 0 and one line if all of it was right. A branch enters narrow behind its first two bytes, so that
 * there is room for a short jump only, to an island in the padding behind it. Says "ready PID ADDRESS-OF-NARROW" first and waits for a line.
 */
#include <pthread.h>

#include "target.h"

#define MAX_THREADS 64

int narrow(int value, int times);

__asm__(".text\n"
        ".p2align 4\n"
        ".globl narrow\n"
        ".type narrow, @function\n"
        "narrow:\n"
        "    movl %edi, %eax\n"
        "1:  addl $3, %eax\n"
        "    decl %esi\n"
        "    jnz 1b\n"
        "    ret\n"
        ".size narrow, . - narrow\n"
        ".skip 15, 0xcc\n");

static volatile sig_atomic_t stopped;

static void stop(int signal)
{
    (void)signal;
    stopped = 1;
}

static void *run(void *argument)
{
    for (int i = 0; !stopped; i = (i + 1) & 0xffffff)
        if (narrow(i, 3) != i + 9) {
            fprintf(stderr, "narrow(%d, 3) is wrong\n", i);
            _exit(3);
        }
    return argument;
}

int main(int argc, char **argv)
{
    pthread_t threads[MAX_THREADS];
    int count = argc == 2 ? atoi(argv[1]) : 0;
    if (count < 1 || count > MAX_THREADS)
        return 2;
    die_with_parent();
    signal(SIGTERM, stop);
    ready((const void *)narrow);
    for (int i = 0; i < count; i++)
        if (pthread_create(&threads[i], NULL, run, NULL) != 0)
            return 2;
    for (int i = 0; i < count; i++)
        pthread_join(threads[i], NULL);
    printf("done %d\n", count);
    return 0;
}
