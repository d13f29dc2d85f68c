/* Calls a function out of functions that were inlined into each other: inlined N. Prints a sum that no tracer may change. */
#include <stdio.h>
#include <stdlib.h>

#define KEEP __asm__ volatile("" ::: "memory")
#define PLAIN __attribute__((noinline, noclone))
#define INLINE static inline __attribute__((always_inline))

static volatile long sum;

PLAIN void leaf(long x) { sum += x; KEEP; }

/* What stands behind each call is of another line: a return address by itself would name that one. */
INLINE void near_it(long x) {
	leaf(x); /* the call of leaf */
	sum ^= 1;
}
INLINE void far_from_it(long x) {
	near_it(x + 1); /* the call of near_it */
	sum += 2;
}
PLAIN void caller(long x) {
	far_from_it(2 * x); /* the call of far_from_it */
	sum += 3;
}

int main(int count, char **words) {
	long n = count > 1 ? atol(words[1]) : 10;
	for (long i = 0; i < n; i++) {
		caller(i); /* the call of caller */
		sum += 4;
	}
	printf("%ld\n", sum);
	return 0;
}
