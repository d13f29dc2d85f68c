// sleepers SECONDS [late [eintr]]: one thread for each kind of waiting. Each must end on time and with the result it has when nobody interferes.
// late: calls that are made again may be late by the time they had waited. eintr: those that a mere stop ends with EINTR may do so.
#include "target.h"
#include <linux/futex.h>
#include <poll.h>
#include <semaphore.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/time.h>

static double seconds = 1.5;
static int eintr_allowed;

static int failures;
static int pipe_ends[2];
static int sockets[2];
static double slack = 0.35;
// A call whose time-out starts anew when it is made again may be late by as much as it has waited already.
static double renewed = 0.35;

static struct timespec wait_time(void) {
    struct timespec t = {(time_t)seconds, (long)(1e9 * (seconds - (time_t)seconds))};
    return t;
}

// What a mere stop does to a wait: the kernel goes on with it, or ends it with EINTR (signal(7)). A tracer makes an ended call again, unless it is killed between the stop and that.
enum stop { GOES_ON, ENDS };

static void judge(const char *name, double began, long result, int error, long expected_result, int expected_error, double late, enum stop stop) {
    double took = now_seconds() - began;
    if (eintr_allowed && stop == ENDS && result == -1 && error == EINTR) {
        return;
    }
    int good = result == expected_result && (result >= 0 || error == expected_error) && took > seconds - (result > 0 ? 0.3 : 0.01) && took < seconds + late;
    printf("%s %s result %ld errno %d after %.3f s\n", good ? "good" : "BAD", name, result, result < 0 ? error : 0, took);
    if (!good) {
        __atomic_fetch_add(&failures, 1, __ATOMIC_RELAXED);
    }
}

static void *do_nanosleep(void *x) {
    struct timespec t = wait_time();
    double began = now_seconds();
    long r = syscall(SYS_nanosleep, &t, NULL);
    judge("nanosleep", began, r, errno, 0, 0, slack, GOES_ON);
    return x;
}

static void *do_poll(void *x) {
    struct pollfd p = {pipe_ends[0], POLLPRI, 0};
    double began = now_seconds();
    long r = poll(&p, 1, (int)(1000 * seconds));
    judge("poll", began, r, errno, 0, 0, slack, GOES_ON);
    return x;
}

static void *do_select(void *x) {
    struct timespec n = wait_time();
    struct timeval t = {n.tv_sec, n.tv_nsec / 1000};
    double began = now_seconds();
    long r = select(0, NULL, NULL, NULL, &t);
    judge("select", began, r, errno, 0, 0, slack, GOES_ON);
    return x;
}

static void *do_futex(void *x) {
    static uint32_t word;
    struct timespec t = wait_time();
    double began = now_seconds();
    long r = syscall(SYS_futex, &word, FUTEX_WAIT, 0, &t, NULL, 0);
    judge("futex", began, r, errno, -1, ETIMEDOUT, slack, GOES_ON);
    return x;
}

static void *do_semaphore(void *x) {
    sem_t s;
    struct timespec t, n = wait_time();
    sem_init(&s, 0, 0);
    clock_gettime(CLOCK_REALTIME, &t);
    t.tv_sec += n.tv_sec + (t.tv_nsec + n.tv_nsec) / 1000000000;
    t.tv_nsec = (t.tv_nsec + n.tv_nsec) % 1000000000;
    double began = now_seconds();
    long r = sem_timedwait(&s, &t);
    judge("sem_timedwait", began, r, errno, -1, ETIMEDOUT, slack, GOES_ON);
    return x;
}

static void *do_epoll(void *x) {
    struct epoll_event e;
    int fd = epoll_create1(0);
    double began = now_seconds();
    long r = epoll_wait(fd, &e, 1, (int)(1000 * seconds));
    judge("epoll_wait", began, r, errno, 0, 0, renewed, ENDS);
    return x;
}

static void *do_sigtimedwait(void *x) {
    sigset_t set;
    struct timespec t = wait_time();
    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    double began = now_seconds();
    long r = sigtimedwait(&set, NULL, &t);
    judge("sigtimedwait", began, r, errno, -1, EAGAIN, renewed, ENDS);
    return x;
}

static void *do_read(void *x) {
    char c = 0;
    double began = now_seconds();
    long r = read(pipe_ends[0], &c, 1);
    judge("read", began, r, errno, 1, 0, slack, GOES_ON);
    return x;
}

static void *do_recv(void *x) {
    char c = 0;
    struct timeval t = {20, 0};
    setsockopt(sockets[0], SOL_SOCKET, SO_RCVTIMEO, &t, sizeof t);
    double began = now_seconds();
    long r = recv(sockets[0], &c, 1, 0);
    judge("recv with a time-out", began, r, errno, 1, 0, slack, ENDS);
    return x;
}

int main(int argc, char **argv) {
    target_begin();
    seconds = argc > 1 ? atof(argv[1]) : seconds;
    renewed = argc > 2 ? seconds + slack : slack;
    eintr_allowed = argc > 3;
    if (pipe(pipe_ends) || socketpair(AF_UNIX, SOCK_STREAM, 0, sockets)) {
        return 2;
    }
    void *(*kinds[])(void *) = {do_nanosleep, do_poll, do_select, do_futex, do_semaphore, do_epoll, do_sigtimedwait, do_read, do_recv};
    int count = sizeof kinds / sizeof *kinds;
    pthread_t ids[16];
    for (int i = 0; i < count; i++) {
        pthread_create(&ids[i], NULL, kinds[i], NULL);
    }
    target_ready();
    double end = now_seconds() + seconds + 0.02;
    while (now_seconds() < end) {
        sched_yield();
        usleep(1000);
    }
    if (write(pipe_ends[1], "x", 1) != 1 || write(sockets[1], "x", 1) != 1) {
        return 2;
    }
    for (int i = 0; i < count; i++) {
        pthread_join(ids[i], NULL);
    }
    puts(failures ? "BAD" : "OK");
    return failures != 0;
}
