/* What the targets have in common: none outlives the test that started it. */
#ifndef TRAPLESS_E2E_TARGET_H
#define TRAPLESS_E2E_TARGET_H

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

static inline void die_with_parent(void)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
}

/* Says where the function under test lies, and waits for a line on standard input. */
static inline void ready(const void *function)
{
    char line[16];
    printf("ready %d %#lx\n", (int)getpid(), (unsigned long)function);
    fflush(stdout);
    if (!fgets(line, sizeof line, stdin))
        exit(4);
}

/* Whether a line has come on standard input. */
static inline int line_has_come(void)
{
    struct pollfd in = {.fd = 0, .events = POLLIN};
    return poll(&in, 1, 0) > 0;
}

#endif
