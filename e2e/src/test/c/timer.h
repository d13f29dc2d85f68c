/* A timer that interrupts the calling thread with SIGALRM; for sources that define _GNU_SOURCE. */
#ifndef TRAPLESS_E2E_TIMER_H
#define TRAPLESS_E2E_TIMER_H

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static void start_timer(long nanos) {
    struct sigevent event = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGALRM};
    ((int *)&event)[4] = (int)syscall(SYS_gettid); /* sigev_notify_thread_id */
    int timer;
    struct itimerspec every = {{0, nanos}, {0, nanos}};
    if (syscall(SYS_timer_create, CLOCK_MONOTONIC, &event, &timer) != 0
        || syscall(SYS_timer_settime, timer, 0, &every, NULL) != 0) {
        perror("timer");
        exit(1);
    }
}

#endif
