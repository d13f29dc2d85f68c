// jumps [loop]: control that leaves functions by no return: longjmp, siglongjmp out of signal handlers, and coroutines that call each other from deep within. With an argument it goes on until a line comes, and says "ready" first.
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <ucontext.h>

#include "target.h"

#define COROUTINES 5
#define SWITCHES 2000

static jmp_buf landing;
static volatile int jumps = 1;
static sigjmp_buf handled;
static ucontext_t contexts[COROUTINES], home;
static char stacks[COROUTINES][64 << 10];
static long visits[COROUTINES];
static int left;

__attribute__((noinline, noclone)) static int jumper(int depth)
{
    if (depth == 0 && jumps)
        longjmp(landing, 7);
    if (depth == 0)
        return 0;
    int below = jumper(depth - 1);
    __asm__ volatile("" : "+r"(below) : : "memory");
    return below + 1;
}

__attribute__((noinline, noclone)) static int lander(int depth)
{
    int value = setjmp(landing);
    return value == 0 ? jumper(depth) : value;
}

static void on_signal(int signal)
{
    siglongjmp(handled, signal);
}

__attribute__((noinline, noclone)) static int faulting(volatile int *where)
{
    int signal = sigsetjmp(handled, 1);
    return signal == 0 ? *where : signal;
}

__attribute__((noinline, noclone)) static int raising(int number)
{
    int signal = sigsetjmp(handled, 1);
    if (signal == 0)
        raise(number);
    return signal;
}

__attribute__((noinline, noclone)) static void yield_at(int id, int depth)
{
    if (depth > 0) {
        yield_at(id, depth - 1);
        __asm__ volatile("" : : : "memory");
        return;
    }
    visits[id] += id + 1;
    if (--left > 0)
        swapcontext(&contexts[id], &contexts[(id + 1) % COROUTINES]);
}

static void coroutine(int id)
{
    for (int i = 0; left > 0; i++)
        yield_at(id, i % 6);
    setcontext(&home);
}

static long coroutines(void)
{
    long sum = 0;
    left = SWITCHES;
    memset(visits, 0, sizeof visits);
    for (int id = 0; id < COROUTINES; id++) {
        getcontext(&contexts[id]);
        contexts[id].uc_stack.ss_sp = stacks[id];
        contexts[id].uc_stack.ss_size = sizeof stacks[id];
        contexts[id].uc_link = &home;
        makecontext(&contexts[id], (void (*)(void))coroutine, 1, id);
    }
    swapcontext(&home, &contexts[0]);
    for (int id = 0; id < COROUTINES; id++)
        sum += visits[id];
    return sum;
}

static int once(int tell)
{
    long landed = 0, faults = 0, raised = 0;
    signal(SIGSEGV, on_signal);
    signal(SIGUSR1, on_signal);
    for (int i = 0; i < 500; i++) {
        landed += lander(i % 9);
        faults += faulting((int *)(uintptr_t)8);
        raised += raising(SIGUSR1);
    }
    long sum = coroutines();
    if (tell)
        printf("landed %ld faults %ld raised %ld visits %ld\n", landed, faults, raised, sum);
    return landed == 3500 && faults == 500 * SIGSEGV && raised == 500 * SIGUSR1 && sum == SWITCHES / 5 * 15 ? 6 : 3;
}

int main(int argc, char **argv)
{
    (void)argv;
    if (argc == 1)
        return once(1);
    die_with_parent();
    puts("ready");
    fflush(stdout);
    do
        if (once(0) != 6)
            return 3;
    while (!line_has_come());
    puts("right True");
    return 0;
}
