/*
 * unregistered CALLS: a thread whose rseq area says CPU 0 although the kernel keeps it no longer, as that of a thread which has just begun, calls work(), and says what its area says then.
 * Says "ready PID ADDRESS-OF-WORK" first and waits for a line.
 */
#define _GNU_SOURCE
#include "target.h"
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/rseq.h>
#include <sys/syscall.h>

static long calls;
static pthread_barrier_t prepared, begun;

__attribute__((noinline)) long work(long n) {
    __asm__ volatile("" : "+r"(n) : : "memory");
    return n + 1;
}

static void *worker(void *unused) {
    (void)unused;
    volatile struct rseq *area = (volatile struct rseq *)((char *)__builtin_thread_pointer() + __rseq_offset);
    if (syscall(SYS_rseq, area, sizeof(struct rseq), RSEQ_FLAG_UNREGISTER, RSEQ_SIG) != 0) {
        perror("unregister");
        exit(2);
    }
    area->cpu_id = 0;
    pthread_barrier_wait(&prepared);
    pthread_barrier_wait(&begun);
    for (long i = 0; i < calls; i++) {
        work(i);
    }
    printf("cpu %d\n", (int)area->cpu_id);
    fflush(stdout);
    _exit(0);
}

int main(int argc, char **argv) {
    calls = argc > 1 ? atol(argv[1]) : 1;
    die_with_parent();
    pthread_barrier_init(&prepared, NULL, 2);
    pthread_barrier_init(&begun, NULL, 2);
    pthread_t thread;
    pthread_create(&thread, NULL, worker, NULL);
    pthread_barrier_wait(&prepared);
    ready((void *)work);
    pthread_barrier_wait(&begun);
    pthread_join(thread, NULL);
    return 1;
}
