/*
 * ticks MILLIS COUNT: waits for events that never come (epoll), as servers do, and calls work() whenever MILLIS have passed, COUNT times. Says "ready PID
 * ADDRESS-OF-WORK" first and waits for a line; at the end "longest MILLIS": the longest wait.
 */
#include <sys/epoll.h>
#include <time.h>

#include "target.h"

__attribute__((noinline, noclone)) void work(int tick)
{
    __asm__ volatile("add $1, %0" : "+r"(tick));
    __asm__ volatile("sub $1, %0" : "+r"(tick));
}

static long now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

int main(int argc, char **argv)
{
    if (argc != 3)
        return 2;
    die_with_parent();
    int millis = atoi(argv[1]), count = atoi(argv[2]);
    int epoll = epoll_create1(0);
    long longest = 0;
    ready((const void *)work);
    for (int tick = 0; tick < count; tick++) {
        struct epoll_event event;
        long began = now();
        if (epoll_wait(epoll, &event, 1, millis) != 0)
            return 3;
        long waited = now() - began;
        longest = waited > longest ? waited : longest;
        work(tick);
    }
    printf("longest %ld\n", longest);
    return 0;
}
