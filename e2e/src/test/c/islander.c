/*
 * islander THREADS [squeezed]: every thread calls narrow(i, 3), squeezed(i, 3) and the latter's neighbours until SIGTERM and checks what comes back; the process ends with 0 and one line if all of it was right. A branch
 * enters narrow and squeezed behind their first two bytes, so that there is room for a short jump only: to an island in the padding behind narrow; there is none near squeezed, only its neighbours' instructions. Says
 * "ready PID ADDRESS-OF-NARROW" (or of squeezed) first and waits for a line.
 */
#include <pthread.h>

#include "target.h"

#define MAX_THREADS 64

#define ADDED 0x01010101u
#define ADDITIONS 30u

int narrow(int value, int times);
int squeezed(int value, int times);
unsigned before_squeezed(unsigned value);
unsigned after_squeezed(unsigned value);

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
        ".skip 15, 0xcc\n"
        ".type before_squeezed, @function\n"
        "before_squeezed:\n"
        "    movl %edi, %eax\n"
        "    .rept 30\n"
        "    addl $0x01010101, %eax\n"
        "    .endr\n"
        "    ret\n"
        ".size before_squeezed, . - before_squeezed\n"
        ".globl squeezed\n"
        ".type squeezed, @function\n"
        "squeezed:\n"
        "    movl %edi, %eax\n"
        "1:  addl $3, %eax\n"
        "    decl %esi\n"
        "    jnz 1b\n"
        "    ret\n"
        ".size squeezed, . - squeezed\n"
        ".type after_squeezed, @function\n"
        "after_squeezed:\n"
        "    movl %edi, %eax\n"
        "    .rept 30\n"
        "    addl $0x01010101, %eax\n"
        "    .endr\n"
        "    ret\n"
        ".size after_squeezed, . - after_squeezed\n"
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
        if (narrow(i, 3) != i + 9 || squeezed(i, 3) != i + 9 || before_squeezed(i) != i + ADDITIONS * ADDED
            || after_squeezed(i) != i + ADDITIONS * ADDED) {
            fprintf(stderr, "a result for %d is wrong\n", i);
            _exit(3);
        }
    return argument;
}

int main(int argc, char **argv)
{
    pthread_t threads[MAX_THREADS];
    int count = argc >= 2 ? atoi(argv[1]) : 0;
    if (count < 1 || count > MAX_THREADS || argc > 3)
        return 2;
    die_with_parent();
    signal(SIGTERM, stop);
    ready(argc == 3 ? (const void *)squeezed : (const void *)narrow);
    for (int i = 0; i < count; i++)
        if (pthread_create(&threads[i], NULL, run, NULL) != 0)
            return 2;
    for (int i = 0; i < count; i++)
        pthread_join(threads[i], NULL);
    printf("done %d\n", count);
    return 0;
}
