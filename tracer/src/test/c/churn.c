// churn MAKERS [SECONDS]: threads that make short-lived threads, all the time, until then or SIGTERM.
#include "target.h"

static long made;

static void *brief(void *x) {
    volatile int work = 0;
    for (int i = 0; i < 2000; i++) {
        work += i;
    }
    return x;
}

static void *maker(void *x) {
    while (!stop) {
        pthread_t ids[4];
        for (int i = 0; i < 4; i++) {
            if (pthread_create(&ids[i], NULL, brief, NULL)) {
                return (void *)1;
            }
        }
        for (int i = 0; i < 4; i++) {
            pthread_join(ids[i], NULL);
        }
        __atomic_fetch_add(&made, 4, __ATOMIC_RELAXED);
    }
    return x;
}

int main(int argc, char **argv) {
    target_begin();
    int makers = argc > 1 ? atoi(argv[1]) : 10;
    double seconds = argc > 2 ? atof(argv[2]) : 1e9;
    pthread_t ids[256];
    for (int i = 0; i < makers; i++) {
        pthread_create(&ids[i], NULL, maker, NULL);
    }
    target_ready();
    double end = now_seconds() + seconds;
    while (!stop && now_seconds() < end) {
        usleep(1000);
    }
    stop = 1;
    int bad = 0;
    for (int i = 0; i < makers; i++) {
        void *result;
        pthread_join(ids[i], &result);
        bad += result != NULL;
    }
    printf("%s %ld\n", bad ? "BAD" : "OK", made);
    return bad != 0;
}
