// zombie: never collects its child; prints the child's pid.
#include "target.h"

int main(void) {
    target_begin();
    pid_t child = fork();
    if (child == 0) {
        _exit(0);
    }
    usleep(50000);
    printf("%d\n", child);
    target_ready();
    pause();
    return 0;
}
