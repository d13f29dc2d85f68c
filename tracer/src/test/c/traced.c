// traced: a child that this program traces already; prints the child's pid.
#include "target.h"
#include <sys/ptrace.h>
#include <sys/wait.h>

int main(void) {
    target_begin();
    pid_t child = fork();
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        pause();
        _exit(0);
    }
    if (ptrace(PTRACE_SEIZE, child, 0, 0)) {
        return 2;
    }
    printf("%d\n", child);
    target_ready();
    pause();
    return 0;
}
