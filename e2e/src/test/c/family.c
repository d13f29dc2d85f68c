/*
 * family: makes processes in every way there is, each of which calls work(who, seq) as often as its name says, and checks how each of them ended. Prints "ok", or what was wrong. With "wait" it says
 * "ready PID ADDRESS-OF-WORK" first and waits for a line.
 *
 *   main 10; fork 20; its child 30; vfork and exec 40; posix_spawn 50; fork in a thread 60; exec after exec 70; killed 80; daemon 90; stopped and continued 100
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <spawn.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>

#include "target.h"

extern char **environ;
static char *self;
static int wrong;

__attribute__((noinline, noclone)) uint64_t work(int who, int seq)
{
    uint64_t x = (uint64_t)seq * 2654435761u + (uint64_t)who;
    __asm__ volatile("" : "+r"(x));
    return x ^ (x >> 15);
}

__attribute__((noinline, noclone)) uint64_t early(int x)
{
    uint64_t y = (uint64_t)x * 2654435761u;
    __asm__ volatile("" : "+r"(y));
    return y ^ (y >> 15);
}

/* Runs before main, once in every program. */
__attribute__((constructor)) static void construct(void)
{
    early(1);
}

static void works(int count)
{
    for (int seq = 0; seq < count; seq++)
        work(count, seq);
}

static void expect(const char *what, pid_t pid, int status)
{
    int actual = -1;
    if (waitpid(pid, &actual, 0) != pid || actual != status) {
        printf("%s: status %#x instead of %#x\n", what, actual, status);
        wrong = 1;
    }
}

static int exited(int status)
{
    return status << 8;
}

static char **leaf(const char *kind, const char *count, const char *status)
{
    static const char *arguments[5];
    arguments[0] = self;
    arguments[1] = kind;
    arguments[2] = count;
    arguments[3] = status;
    return (char **)arguments;
}

static void *fork_in_thread(void *unused)
{
    pid_t child = fork();
    (void)unused;
    if (child == 0) {
        works(60);
        _exit(8);
    }
    expect("fork in a thread", child, exited(8));
    return NULL;
}

static void daemonize(void)
{
    int ends[2];
    char byte = 0;
    pid_t child;
    if (pipe(ends) != 0)
        exit(5);
    child = fork();
    if (child == 0) {
        setsid();
        if (fork() == 0) {
            works(90);
            if (write(ends[1], "d", 1) != 1)
                _exit(1);
            _exit(0);
        }
        _exit(2);
    }
    expect("daemon's parent", child, exited(2));
    close(ends[1]);
    if (read(ends[0], &byte, 1) != 1 || byte != 'd') {
        printf("the daemon says nothing\n");
        wrong = 1;
    }
}

static void stop_and_continue(void)
{
    int status = 0;
    pid_t child = fork();
    if (child == 0) {
        works(50);
        raise(SIGSTOP);
        works(50);
        _exit(12);
    }
    if (waitpid(child, &status, WUNTRACED) != child || !WIFSTOPPED(status) || WSTOPSIG(status) != SIGSTOP) {
        printf("stopped: status %#x\n", status);
        wrong = 1;
    }
    usleep(50000);
    if (waitpid(child, &status, WNOHANG) != 0) {
        printf("did not stay stopped: status %#x\n", status);
        wrong = 1;
    }
    kill(child, SIGCONT);
    expect("continued", child, exited(12));
}

int main(int argc, char **argv)
{
    pthread_t thread;
    pid_t child;
    self = argv[0];
    if (argc > 3 && strcmp(argv[1], "leaf") == 0) {
        works(atoi(argv[2]));
        return atoi(argv[3]);
    }
    if (argc > 3 && strcmp(argv[1], "twig") == 0) {
        execv(self, leaf("leaf", argv[2], argv[3]));
        return 99;
    }
    if (argc > 1) {
        die_with_parent();
        ready((const void *)work);
    }
    works(10);

    child = fork();
    if (child == 0) {
        pid_t grandchild = fork();
        if (grandchild == 0) {
            works(30);
            _exit(4);
        }
        works(20);
        expect("grandchild", grandchild, exited(4));
        _exit(wrong ? 1 : 3);
    }
    expect("fork", child, exited(3));

    child = vfork();
    if (child == 0) {
        execv(self, leaf("leaf", "40", "6"));
        _exit(99);
    }
    expect("vfork", child, exited(6));

    if (posix_spawn(&child, self, NULL, NULL, leaf("leaf", "50", "7"), environ) != 0)
        return 6;
    expect("posix_spawn", child, exited(7));

    pthread_create(&thread, NULL, fork_in_thread, NULL);
    pthread_join(thread, NULL);

    child = fork();
    if (child == 0) {
        execv(self, leaf("twig", "70", "9"));
        _exit(99);
    }
    expect("exec after exec", child, exited(9));

    child = fork();
    if (child == 0) {
        works(80);
        raise(SIGKILL);
    }
    expect("killed", child, SIGKILL);

    daemonize();
    stop_and_continue();
    puts(wrong ? "not ok" : "ok");
    return wrong ? 1 : 0;
}
