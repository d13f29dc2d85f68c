/*
 * seqloop THREADS CALLS [PROGRESS]: every thread calls work(seq, thread) with seq = 0, 1, 2, ... CALLS-1 (0: until SIGTERM), checks what comes back, and the
 * process ends with 0 and one line if all of it was right. Says "ready PID ADDRESS-OF-WORK" first and waits for a line. The file PROGRESS holds, for each
 * thread, the number of calls that have come back (64 bits, little endian): it outlives a killed process.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <sys/mman.h>

#include "target.h"

#define MAX_THREADS 256

static long calls;
static volatile sig_atomic_t stopped;
static volatile uint64_t in_memory[MAX_THREADS];
static volatile uint64_t *progress = in_memory;

static void stop(int signal)
{
    (void)signal;
    stopped = 1;
}

__attribute__((noinline, noclone)) uint64_t work(int seq, int thread)
{
    uint64_t x = (uint64_t)seq * 2654435761u + (uint64_t)thread;
    __asm__ volatile("" : "+r"(x));
    return x ^ (x >> 15);
}

static uint64_t expected(int seq, int thread)
{
    uint64_t x = (uint64_t)seq * 2654435761u + (uint64_t)thread;
    return x ^ (x >> 15);
}

static void *run(void *argument)
{
    int thread = (int)(intptr_t)argument;
    for (long seq = 0; !stopped && (calls == 0 || seq < calls); seq++) {
        if (work((int)seq, thread) != expected((int)seq, thread)) {
            fprintf(stderr, "work(%ld, %d) is wrong\n", seq, thread);
            _exit(3);
        }
        progress[thread] = (uint64_t)seq + 1;
    }
    return NULL;
}

static int keep_progress(const char *path)
{
    int file = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
    if (file < 0 || ftruncate(file, sizeof in_memory) != 0)
        return 0;
    void *shared = mmap(NULL, sizeof in_memory, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    if (shared == MAP_FAILED)
        return 0;
    progress = shared;
    return 1;
}

int main(int argc, char **argv)
{
    pthread_t threads[MAX_THREADS];
    if (argc != 3 && !(argc == 4 && keep_progress(argv[3])))
        return 2;
    int count = atoi(argv[1]);
    calls = atol(argv[2]);
    if (count < 1 || count > MAX_THREADS)
        return 2;
    die_with_parent();
    signal(SIGTERM, stop);
    ready((const void *)work);
    for (int i = 0; i < count; i++)
        if (pthread_create(&threads[i], NULL, run, (void *)(intptr_t)i) != 0)
            return 2;
    for (int i = 0; i < count; i++)
        pthread_join(threads[i], NULL);
    printf("done %d %ld\n", count, calls);
    return 0;
}
