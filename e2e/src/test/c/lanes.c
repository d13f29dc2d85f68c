/*
 * Calls of one function from threads, handlers, children and coroutines. Every one of them is a lane, with a number of its own, and counts its calls from 0; at the end the program says how many each
 * made: "lane NUMBER COUNT", so that a trace can be checked for every single call.
 *
 * lanes MODE THREADS CALLS
 */
#define _GNU_SOURCE
#include "target.h"
#include "timer.h"
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#ifdef __GLIBC__
#include <ucontext.h>
#endif

#define MAX_LANES 4096

/* Shared with children. */
struct lanes {
    long count[MAX_LANES];
    int next;
};
static struct lanes *lanes;
static const char *mode;
static long calls;
static __thread int handler_lane;
static volatile int finished;

/* The probed functions: a lane's number, its count, and a text as long as the count says. */
__attribute__((noinline)) long work(long seq, long lane, const char *text) {
    __asm__ volatile("" : "+r"(seq) : "r"(lane), "r"(text) : "memory");
    return seq + 1;
}

/* A leaf that keeps its state in the red zone. */
__attribute__((noinline)) long red(long seq, long lane) {
    volatile long a[8];
    for (int i = 0; i < 8; i++) {
        a[i] = seq * (i + 1) + lane;
    }
    long sum = 0;
    for (int i = 0; i < 8; i++) {
        sum += a[i];
    }
    return sum;
}

static char texts[64][64];

static int new_lane(void) {
    int lane = __atomic_fetch_add(&lanes->next, 1, __ATOMIC_SEQ_CST);
    if (lane >= MAX_LANES) {
        abort();
    }
    return lane;
}

static void call(int lane, long n) {
    long seq = lanes->count[lane];
    for (long i = 0; i < n; i++) {
        if (red(seq, lane) != 36 * seq + 8 * lane) {
            abort();
        }
        seq = work(seq, lane, texts[seq & 63]);
    }
    lanes->count[lane] = seq;
}

static void handle(int signal) {
    (void)signal;
    int kept = errno;
    if (handler_lane == 0) {
        handler_lane = new_lane() + 1;
    }
    call(handler_lane - 1, 3);
    errno = kept;
}

static void *worker(void *unused) {
    (void)unused;
    int lane = new_lane();
    if (!strcmp(mode, "storm") || !strcmp(mode, "altstack")) {
        if (!strcmp(mode, "altstack")) {
            stack_t stack = {.ss_sp = malloc(32768), .ss_size = 32768};
            sigaltstack(&stack, NULL);
        }
        start_timer(50000);
    }
    if (!strcmp(mode, "vfork")) {
        for (int i = 0; i < 100; i++) {
            int child = new_lane();
            pid_t pid = vfork();
            if (pid == 0) {
                call(child, calls / 100);
                _exit(0);
            }
            waitpid(pid, NULL, 0);
            call(lane, calls / 100);
        }
    } else if (!strcmp(mode, "fork")) {
        for (int i = 0; i < 50; i++) {
            pid_t pid = fork();
            if (pid == 0) {
                call(new_lane(), calls / 50);
                _exit(0);
            }
            call(lane, calls / 50);
            waitpid(pid, NULL, 0);
        }
    } else if (!strcmp(mode, "migrate")) {
        int cpus = (int)sysconf(_SC_NPROCESSORS_ONLN);
        for (long i = 0; i < calls / 20; i++) {
            cpu_set_t set;
            CPU_ZERO(&set);
            CPU_SET(i % cpus, &set);
            sched_setaffinity(0, sizeof set, &set);
            call(lane, 20);
        }
    } else {
        call(lane, calls);
    }
    if (!strcmp(mode, "storm") || !strcmp(mode, "altstack")) {
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_BLOCK, &all, NULL);
    }
    return NULL;
}

static void *one_call(void *unused) {
    (void)unused;
    call(new_lane(), calls);
    return NULL;
}

/* Waves of short-lived threads. */
static void churn(int threads) {
    pthread_t thread[128];
    for (int wave = 0; wave < 10; wave++) {
        for (int i = 0; i < threads; i++) {
            pthread_create(&thread[i], NULL, one_call, NULL);
        }
        for (int i = 0; i < threads; i++) {
            pthread_join(thread[i], NULL);
        }
    }
}

#ifdef __GLIBC__
static ucontext_t contexts[16], scheduler;

static void coroutine(int index) {
    int lane = new_lane();
    for (long i = 0; i < calls / 10; i++) {
        call(lane, 10);
        swapcontext(&contexts[index], &scheduler);
    }
}

static void coroutines(int count) {
    for (int i = 0; i < count; i++) {
        getcontext(&contexts[i]);
        contexts[i].uc_stack.ss_sp = malloc(16384);
        contexts[i].uc_stack.ss_size = 16384;
        contexts[i].uc_link = &scheduler;
        makecontext(&contexts[i], (void (*)(void))coroutine, 1, i);
    }
    for (long round = 0; round < calls / 10; round++) {
        for (int i = 0; i < count; i++) {
            swapcontext(&scheduler, &contexts[i]);
        }
    }
}
#endif

int main(int argc, char **argv) {
    mode = argc > 1 ? argv[1] : "plain";
    int threads = argc > 2 ? atoi(argv[2]) : 1;
    calls = argc > 3 ? atol(argv[3]) : 1000;
    lanes = mmap(NULL, sizeof *lanes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    for (int i = 0; i < 64; i++) {
        memset(texts[i], 'a' + i % 26, i);
    }
    struct sigaction action = {.sa_handler = handle, .sa_flags = SA_RESTART | SA_ONSTACK};
    sigaction(SIGALRM, &action, NULL);
    die_with_parent();
    ready((void *)work);
    if (!strcmp(mode, "churn")) {
        churn(threads);
#ifdef __GLIBC__
    } else if (!strcmp(mode, "coroutines")) {
        coroutines(threads);
#endif
    } else {
        pthread_t thread[128];
        for (int i = 0; i < threads; i++) {
            pthread_create(&thread[i], NULL, worker, NULL);
        }
        for (int i = 0; i < threads; i++) {
            pthread_join(thread[i], NULL);
        }
    }
    for (int i = 0; i < lanes->next; i++) {
        printf("lane %d %ld\n", i, lanes->count[i]);
    }
    return 0;
}
