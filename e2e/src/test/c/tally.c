/*
 * Calls tally() a known number of times with known arguments.
 *
 *   tally THREADS CALLS PROCESSES
 *
 * Each thread of each process makes CALLS calls, of the numbers 0, 1, 2, ...: tally(number % 7, number * number - 5, 7). CALLS 0: it goes on until it is killed.
 */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static long calls;

__attribute__((noinline, noclone)) long tally(long key, long value, long seven)
{
    __asm__ volatile("" ::: "memory");
    return key + value + seven;
}

static void *run(void *unused)
{
    long sum = 0;
    for (long i = 0; calls == 0 || i < calls; i++)
        sum += tally(i % 7, i * i - 5, 7);
    return (void *)sum;
}

static void run_all(int threads)
{
    pthread_t all[64];
    for (int i = 0; i < threads; i++)
        if (pthread_create(&all[i], NULL, run, NULL) != 0)
            exit(1);
    for (int i = 0; i < threads; i++)
        pthread_join(all[i], NULL);
}

int main(int argc, char **argv)
{
    if (argc != 4)
        return 2;
    int threads = atoi(argv[1]);
    int processes = atoi(argv[3]);
    calls = atol(argv[2]);
    if (threads < 1 || threads > 64)
        return 2;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (int i = 1; i < processes; i++) {
        pid_t child = fork();
        if (child < 0)
            return 1;
        if (child == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            run_all(threads);
            _exit(0);
        }
    }
    run_all(threads);
    while (wait(NULL) > 0)
        ;
    return 0;
}
