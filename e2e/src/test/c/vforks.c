/*
 * Makes children that share their parent's thread area, in every way that there is, and says what the CPU in that area was: in each child, in which a tracer is to have made it no CPU, and in the parent afterwards, where
 * it is to be the CPU that it runs on. Timers interrupt everything meanwhile.
 *
 * vforks THREADS ROUNDS
 */
#define _GNU_SOURCE
#include "target.h"
#include "timer.h"
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/rseq.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

static long rounds;
static int children, children_with_cpu, parents, parents_without_cpu;

__attribute__((noinline)) long work(long n) {
    __asm__ volatile("" : "+r"(n) : : "memory");
    return n + 1;
}

static int area_cpu(void) {
    return ((volatile struct rseq *)((char *)__builtin_thread_pointer() + __rseq_offset))->cpu_id;
}

/* Nothing happens between the three in most cases, and one of them is enough. */
static int is_right(void) {
    for (int i = 0; i < 1000; i++) {
        unsigned before = (unsigned)area_cpu(), now;
        syscall(SYS_getcpu, &now, NULL, NULL);
        if (before == now) {
            return 1;
        }
    }
    return 0;
}

static void child_looks(void) {
    work(1);
    __atomic_fetch_add(&children, 1, __ATOMIC_RELAXED);
    if (area_cpu() >= 0) {
        __atomic_fetch_add(&children_with_cpu, 1, __ATOMIC_RELAXED);
    }
}

static void parent_looks(void) {
    work(2);
    __atomic_fetch_add(&parents, 1, __ATOMIC_RELAXED);
    if (!is_right()) {
        __atomic_fetch_add(&parents_without_cpu, 1, __ATOMIC_RELAXED);
    }
}

static int child_of_clone(void *unused) {
    (void)unused;
    child_looks();
    return 0;
}

static void *child_thread(void *unused) {
    (void)unused;
    parent_looks();
    return NULL;
}

static void with_vfork(void) {
    pid_t child = vfork();
    if (child == 0) {
        child_looks();
        pid_t grandchild = vfork();
        if (grandchild == 0) {
            child_looks();
            _exit(0);
        }
        child_looks();
        _exit(0);
    }
    parent_looks();
    waitpid(child, NULL, 0);
}

static void with_clone(char *stack, int size) {
    pid_t child = clone(child_of_clone, stack + size, CLONE_VM | CLONE_VFORK | SIGCHLD, NULL);
    parent_looks();
    waitpid(child, NULL, 0);
    /* A thread without the handlers of its process: refused at once, and nobody waited. */
    if (clone(child_of_clone, stack + size, CLONE_VM | CLONE_VFORK | CLONE_THREAD, NULL) != -1) {
        abort();
    }
    parent_looks();
}

static void with_spawn(void) {
    char *arguments[] = {"true", NULL};
    pid_t child;
    if (posix_spawn(&child, "/bin/true", NULL, NULL, arguments, NULL) != 0) {
        abort();
    }
    parent_looks();
    waitpid(child, NULL, 0);
}

static void with_fork(void) {
    pid_t child = fork();
    if (child == 0) {
        _exit(is_right() ? 0 : 1);
    }
    int status;
    while (waitpid(child, &status, 0) == -1) {
    }
    if (status != 0) {
        __atomic_fetch_add(&parents_without_cpu, 1, __ATOMIC_RELAXED);
    }
    parent_looks();
}

static void handle(int signal) {
    (void)signal;
    int kept = errno;
    work(3);
    errno = kept;
}

static void *worker(void *unused) {
    (void)unused;
    static const int size = 65536;
    char *stack = malloc(size);
    start_timer(300000);
    for (long i = 0; i < rounds; i++) {
        with_vfork();
        with_clone(stack, size);
        if (i % 20 == 0) {
            with_spawn();
            with_fork();
            pthread_t thread;
            pthread_create(&thread, NULL, child_thread, NULL);
            pthread_join(thread, NULL);
        }
    }
    return NULL;
}

int main(int argc, char **argv) {
    int threads = argc > 1 ? atoi(argv[1]) : 1;
    rounds = argc > 2 ? atol(argv[2]) : 100;
    struct sigaction action = {.sa_handler = handle, .sa_flags = SA_RESTART};
    sigaction(SIGALRM, &action, NULL);
    die_with_parent();
    ready((void *)work);
    pthread_t thread[16];
    for (int i = 0; i < threads; i++) {
        pthread_create(&thread[i], NULL, worker, NULL);
    }
    for (int i = 0; i < threads; i++) {
        pthread_join(thread[i], NULL);
    }
    printf("children %d with-cpu %d parents %d without-cpu %d\n", children, children_with_cpu, parents, parents_without_cpu);
    return 0;
}
