/*
 * threads MAKERS ROUNDS: each of MAKERS threads makes ROUNDS more, one after the other. Says "ready PID ADDRESS-OF-MAIN" first and waits for a line.
 */
#include <pthread.h>

#include "target.h"

static long rounds;

static void *child(void *unused)
{
    return unused;
}

static void *maker(void *unused)
{
    for (long i = 0; i < rounds; i++) {
        pthread_t thread;
        if (pthread_create(&thread, NULL, child, NULL) != 0)
            abort();
        pthread_join(thread, NULL);
    }
    return unused;
}

int main(int argc, char **argv)
{
    if (argc != 3)
        return 2;
    die_with_parent();
    int makers = atoi(argv[1]);
    rounds = atol(argv[2]);
    pthread_t threads[64];
    ready((const void *)main);
    for (int i = 0; i < makers; i++) {
        if (pthread_create(&threads[i], NULL, maker, NULL) != 0)
            abort();
    }
    for (int i = 0; i < makers; i++)
        pthread_join(threads[i], NULL);
    return 0;
}
