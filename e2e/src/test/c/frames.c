/* Calls a function on stacks of all kinds: frames N. Prints a sum that no tracer may change. */
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <ucontext.h>

#define KEEP __asm__ volatile("" ::: "memory")
#define PLAIN __attribute__((noinline, noclone))

static long sum;
static ucontext_t outside, inside;

PLAIN long leaf(long x) { KEEP; return 3 * x + 1; }
PLAIN long middle(long x) { long r = leaf(x) + 1; KEEP; return r; }
PLAIN long outer(long x) { long r = middle(x) + 2; KEEP; return r; }
PLAIN long deep(long n, long x) {
	if (n == 0)
		return outer(x);
	long r = deep(n - 1, x) + 1;
	KEEP;
	return r;
}

PLAIN long struck(long x) { KEEP; return x + 7; }

/* Calls struck with rbp = wild. */
PLAIN long wild(long x, uintptr_t wild) {
	long r;
	__asm__ volatile("push %%rbp\n\tmov %[wild], %%rbp\n\tcall struck\n\tpop %%rbp"
			 : "=a"(r), "+D"(x) : [wild] "r"(wild)
			 : "rcx", "rdx", "rsi", "r8", "r9", "r10", "r11", "memory", "cc");
	return r;
}

static void on_signal(int number) { sum += outer(number); }
static void coroutine(void) {
	for (;;) {
		sum += outer(5);
		swapcontext(&inside, &outside);
	}
}

int main(int count, char **words) {
	long n = count > 1 ? atol(words[1]) : 10;
	static char alternate[64 << 10], own[64 << 10];
	stack_t stack = {.ss_sp = alternate, .ss_size = sizeof alternate};
	struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_ONSTACK};
	sigaltstack(&stack, NULL);
	sigaction(SIGUSR1, &action, NULL);
	getcontext(&inside);
	inside.uc_stack.ss_sp = own;
	inside.uc_stack.ss_size = sizeof own;
	makecontext(&inside, coroutine, 0);
	for (long i = 0; i < n; i++) {
		uintptr_t here = (uintptr_t)&here;
		uintptr_t wilds[] = {0, 1, here + 3, here - 4096, here + (64 << 20), UINTPTR_MAX, (uintptr_t)1 << 63,
				     (uintptr_t)main & ~(uintptr_t)7, (uintptr_t)&sum, 0x4141414141414141};
		sum += outer(i);
		sum += deep(200, i);
		raise(SIGUSR1);
		swapcontext(&outside, &inside);
		for (unsigned k = 0; k < sizeof wilds / sizeof *wilds; k++)
			sum += wild(i, wilds[k]);
	}
	printf("sum %ld\n", sum);
	return 0;
}
