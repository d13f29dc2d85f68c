// vfork SECONDS: the only thread waits, uninterruptibly, for a vfork child that takes its time.
#include "target.h"
#include <sys/wait.h>

int main(int argc, char **argv) {
    target_begin();
    target_ready();
    struct timespec t = {argc > 1 ? atoi(argv[1]) : 1, 0};
    int status = 0;
    pid_t child = vfork();
    if (child == 0) {
        syscall(SYS_nanosleep, &t, NULL);
        _exit(7);
    }
    waitpid(child, &status, 0);
    int good = WIFEXITED(status) && WEXITSTATUS(status) == 7;
    puts(good ? "OK" : "BAD");
    return !good;
}
