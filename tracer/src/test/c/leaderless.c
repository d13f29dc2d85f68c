// leaderless: the first thread has ended; others run on until SIGTERM.
#include "target.h"

static void *run(void *x) {
    usleep(50000);
    target_ready();
    while (!stop) {
        usleep(100);
    }
    if (x) {
        usleep(100000);
        puts("OK");
        exit(0);
    }
    return x;
}

int main(void) {
    target_begin();
    pthread_t a, b;
    pthread_create(&a, NULL, run, NULL);
    pthread_create(&b, NULL, run, (void *)1);
    pthread_exit(NULL);
}
