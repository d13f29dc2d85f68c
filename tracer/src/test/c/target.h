// What every target does: it dies with whoever started it, and says when it is ready.
#ifndef TARGET_H
#define TARGET_H
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

// Set by SIGTERM: the program comes to its verdict.
static volatile int stop;

static void target_on_term(int number) {
    (void)number;
    stop = 1;
}

static inline void target_begin(void) {
    signal(SIGTERM, target_on_term);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    setvbuf(stdout, NULL, _IOLBF, 0);
}

static inline void target_ready(void) { puts("ready"); }

static inline double now_seconds(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}
#endif
