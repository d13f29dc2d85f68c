// returns ROUNDS: functions that are left in every way: by returns, tail jumps, longjmp, and on several stacks.
#include <setjmp.h>
#include <ucontext.h>

#include "target.h"

#define COROUTINES 2
#define STEPS 4

static jmp_buf landing;
static ucontext_t contexts[COROUTINES], home;
static volatile int jumps = 1;
static char stacks[COROUTINES][64 << 10];

/* recursive: DEPTH + 1 calls, each with a value of its own */
__attribute__((noinline, noclone)) int sum(int depth)
{
    if (depth == 0)
        return 0;
    int below = sum(depth - 1);
    __asm__ volatile("" : "+r"(below) : : "memory");
    return below + depth;
}

__attribute__((noinline, noclone)) int leaf(int value)
{
    __asm__ volatile("" : "+r"(value));
    return value * 3;
}

/* ends in a jump to another function */
__attribute__((noinline, noclone)) int tail(int value)
{
    __asm__ volatile("" : "+r"(value));
    return leaf(value + 1);
}

/* by turns a return, a tail jump, and a return after a call */
__attribute__((noinline, noclone)) int choose(int value)
{
    if (value % 3 == 0)
        return 7;
    if (value % 3 == 1)
        return leaf(value);
    return leaf(value) + 1;
}

/* left by longjmp, never by itself */
__attribute__((noinline, noclone)) int jumper(int depth)
{
    if (depth == 0 && jumps)
        longjmp(landing, 1);
    if (depth == 0)
        return 0;
    int below = jumper(depth - 1);
    __asm__ volatile("" : "+r"(below) : : "memory");
    return below + 1;
}

__attribute__((noinline, noclone)) int lander(int depth)
{
    return setjmp(landing) == 0 ? jumper(depth) : 5;
}

/* in its middle the other coroutine runs */
__attribute__((noinline, noclone)) int step(int id, int number)
{
    swapcontext(&contexts[id], &contexts[1 - id]);
    return id * 1000 + number;
}

static long steps;

static void coroutine(int id)
{
    for (int i = 0; i < STEPS; i++)
        steps += step(id, i);
}

static void coroutines(void)
{
    for (int id = 0; id < COROUTINES; id++) {
        getcontext(&contexts[id]);
        contexts[id].uc_stack.ss_sp = stacks[id];
        contexts[id].uc_stack.ss_size = sizeof stacks[id];
        contexts[id].uc_link = &home;
        makecontext(&contexts[id], (void (*)(void))coroutine, 1, id);
    }
    swapcontext(&home, &contexts[0]);
    swapcontext(&home, &contexts[1]); // it still stands in its last step
}

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    int rounds = atoi(argv[1]);
    long total = 0;
    die_with_parent();
    ready((const void *)sum);
    for (int i = 0; i < rounds; i++) {
        total += sum(5) + tail(i) + choose(i) + lander(3);
        coroutines();
    }
    printf("total %ld %ld\n", total, steps);
    return 0;
}
