/*
 * What every program of the benchmark has in common: it dies with its parent, answers one command a line on standard input with one line of
 * JSON on standard output, and runs a piece of work many times in many threads that start together.
 *
 *   run NAME EVENTS THREADS   ->  {"cpuNanos": ..., "wallNanos": ..., "checksum": ...}
 *   where NAME                ->  {"fileOffset": ..., "address": ...}     where the work's function lies in its file and in memory
 *   end of input              ->  exit 0
 *
 * CPU time is the sum of the threads' own clocks over their loops; wall time runs from the first start to the last end.
 */
#ifndef TRAPLESS_BENCH_HARNESS_H
#define TRAPLESS_BENCH_HARNESS_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <inttypes.h>
#include <link.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#define MAX_THREADS 1024

/* uftrace's compiler options instrument every function that doesn't say otherwise. */
#define QUIET __attribute__((no_instrument_function))

struct work {
    const char *name;
    /* calls the function under test `events` times with 0, 1, 2, ... and returns the sum of the results */
    uint64_t (*loop)(long events);
    /* the function under test, or NULL */
    void *function;
};

/* Defined by each program; ends with a null name. */
extern const struct work works[];

struct worker {
    pthread_t thread;
    const struct work *work;
    pthread_barrier_t *barrier;
    long events;
    uint64_t checksum, cpu_nanos, start_nanos, end_nanos;
};

static QUIET uint64_t nanos(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static QUIET void *run_worker(void *argument)
{
    struct worker *self = argument;
    pthread_barrier_wait(self->barrier);
    self->start_nanos = nanos(CLOCK_MONOTONIC);
    uint64_t before = nanos(CLOCK_THREAD_CPUTIME_ID);
    self->checksum = self->work->loop(self->events);
    self->cpu_nanos = nanos(CLOCK_THREAD_CPUTIME_ID) - before;
    self->end_nanos = nanos(CLOCK_MONOTONIC);
    return NULL;
}

static QUIET void fail(const char *what)
{
    printf("{\"error\": \"%s\"}\n", what);
    fflush(stdout);
}

static QUIET void run(const struct work *work, long events, int threads)
{
    static struct worker workers[MAX_THREADS];
    pthread_barrier_t barrier;
    uint64_t cpu = 0, checksum = 0, first = UINT64_MAX, last = 0;

    pthread_barrier_init(&barrier, NULL, (unsigned)threads);
    for (int i = 0; i < threads; i++) {
        workers[i] = (struct worker){.work = work, .barrier = &barrier, .events = events};
        if (pthread_create(&workers[i].thread, NULL, run_worker, &workers[i]) != 0) {
            fail("can't create threads");
            exit(1);
        }
    }
    for (int i = 0; i < threads; i++) {
        pthread_join(workers[i].thread, NULL);
        cpu += workers[i].cpu_nanos;
        checksum += workers[i].checksum;
        if (workers[i].start_nanos < first)
            first = workers[i].start_nanos;
        if (workers[i].end_nanos > last)
            last = workers[i].end_nanos;
    }
    pthread_barrier_destroy(&barrier);
    printf("{\"cpuNanos\": %" PRIu64 ", \"wallNanos\": %" PRIu64 ", \"checksum\": %" PRIu64 "}\n", cpu, last - first, checksum);
    fflush(stdout);
}

struct place {
    uintptr_t address;
    uint64_t file_offset;
    int found;
};

static QUIET int in_object(struct dl_phdr_info *info, size_t size, void *argument)
{
    struct place *place = argument;
    (void)size;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
        uintptr_t start = info->dlpi_addr + segment->p_vaddr;
        if (segment->p_type == PT_LOAD && place->address >= start && place->address < start + segment->p_filesz) {
            place->file_offset = place->address - start + segment->p_offset;
            place->found = 1;
            return 1;
        }
    }
    return 0;
}

static QUIET void where(const struct work *work)
{
    struct place place = {.address = (uintptr_t)work->function};
    dl_iterate_phdr(in_object, &place);
    if (!place.found) {
        fail("no function");
        return;
    }
    printf("{\"fileOffset\": %" PRIu64 ", \"address\": %" PRIuPTR "}\n", place.file_offset, place.address);
    fflush(stdout);
}

static QUIET const struct work *find(const char *name)
{
    for (const struct work *work = works; work->name; work++)
        if (strcmp(work->name, name) == 0)
            return work;
    return NULL;
}

QUIET int main(void)
{
    char line[256], name[64];
    long events;
    int threads;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    while (fgets(line, sizeof line, stdin)) {
        const struct work *work;
        if (sscanf(line, "run %63s %ld %d", name, &events, &threads) == 3 && (work = find(name)) && events > 0 && threads > 0
            && threads <= MAX_THREADS)
            run(work, events, threads);
        else if (sscanf(line, "where %63s", name) == 1 && (work = find(name)))
            where(work);
        else
            fail("unknown command");
    }
    return 0;
}

#endif
