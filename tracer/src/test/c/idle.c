// idle [blocked]: sleeps in pause; with an argument all signals are blocked, SIGTRAP has a handler, and an alternate stack is set.
// SIGTERM (or the end of standard input) makes it tell whether all that is still so.
#include "target.h"
#include <poll.h>
#include <sys/stat.h>

static void on_trap(int number) { (void)number; }

static int count_descriptors(void) {
    int count = 0;
    for (int i = 0; i < 256; i++) {
        struct stat s;
        count += fstat(i, &s) == 0;
    }
    return count;
}

int main(int argc, char **argv) {
    target_begin();
    (void)argv;
    static char alternate[65536];
    stack_t stack = {.ss_sp = alternate, .ss_size = sizeof alternate};
    sigset_t all, now;
    sigfillset(&all);
    if (argc > 1) {
        signal(SIGTRAP, on_trap);
        sigaltstack(&stack, NULL);
        sigprocmask(SIG_BLOCK, &all, NULL);
    }
    int before = count_descriptors();
    target_ready();
    struct pollfd input = {0, POLLIN, 0};
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigprocmask(SIG_BLOCK, &set, NULL);
    (void)input;
    int number = 0;
    sigwait(&set, &number);
    int good = number == SIGTERM && count_descriptors() == before;
    if (argc > 1) {
        struct sigaction trap;
        stack_t is;
        sigaction(SIGTRAP, NULL, &trap);
        sigaltstack(NULL, &is);
        sigprocmask(SIG_BLOCK, NULL, &now);
        good = good && trap.sa_handler == on_trap && is.ss_sp == alternate && is.ss_flags == 0 && sigismember(&now, SIGTRAP) == 1 &&
               sigismember(&now, SIGINT) == 1;
    }
    puts(good ? "OK" : "BAD");
    return !good;
}
