/*
 * Looks up names that are gone as soon as they have been looked up.
 *
 *   names THREADS CALLS
 *
 * Each thread calls look() CALLS times, for the names "name-N" of numbers N that no other call has, which it returns. Then it overwrites and frees the name at once. In the middle of look() another string lies at the same pointer.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "target.h"

struct query {
    long number;
    char *name;
};

char wrong[] = "wrong";
static long calls;

__attribute__((noinline, noclone)) long look(char *name, struct query *query)
{
    char kept[32];
    strcpy(kept, name);
    strcpy(name, "busy");
    __asm__ volatile("" : : "r"(name) : "memory");
    strcpy(name, kept);
    return query->number;
}

static void *run(void *first)
{
    for (long i = 0; i < calls; i++) {
        struct query *query = malloc(sizeof *query);
        query->number = (long)first * calls + i;
        query->name = malloc(32);
        sprintf(query->name, "name-%ld", query->number);
        look(query->name, query);
        memset(query->name, 'x', 31);
        query->name[31] = 0;
        free(query->name);
        memset(query, 'y', sizeof *query);
        free(query);
    }
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_t all[64];
    if (argc != 3)
        return 2;
    int threads = atoi(argv[1]);
    calls = atol(argv[2]);
    if (threads < 1 || threads > 64)
        return 2;
    for (long i = 0; i < threads; i++)
        if (pthread_create(&all[i], NULL, run, (void *)i) != 0)
            return 1;
    for (int i = 0; i < threads; i++)
        pthread_join(all[i], NULL);
    return 0;
}
