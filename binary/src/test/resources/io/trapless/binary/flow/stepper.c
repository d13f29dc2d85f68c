/*
 * Runs a program one instruction at a time and writes which instruction came after which: the oracle for "no branch enters these bytes".
 *
 *   stepper MAX_STEPS OUTPUT PROGRAM ARGUMENT...
 *
 * OUTPUT: pairs of 64-bit addresses (from, to), each pair once. OUTPUT.maps: the program's memory map when it ended or reached MAX_STEPS.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#define TABLE_SIZE (1u << 22)

static uint64_t (*table)[2];
static unsigned used;

static void add(uint64_t from, uint64_t to) {
    unsigned slot = (unsigned)((from * 0x9E3779B97F4A7C15u ^ to * 0xC2B2AE3D27D4EB4Fu) >> 40) % TABLE_SIZE;
    while (table[slot][0] != 0) {
        if (table[slot][0] == from && table[slot][1] == to) {
            return;
        }
        slot = (slot + 1) % TABLE_SIZE;
    }
    if (++used > TABLE_SIZE / 2) {
        fprintf(stderr, "too many different steps\n");
        exit(1);
    }
    table[slot][0] = from;
    table[slot][1] = to;
}

static void copy_maps(pid_t pid, const char *output) {
    char path[4096];
    snprintf(path, sizeof path, "/proc/%d/maps", pid);
    FILE *in = fopen(path, "r");
    snprintf(path, sizeof path, "%s.maps", output);
    FILE *out = fopen(path, "w");
    if (in == NULL || out == NULL) {
        perror("maps");
        exit(1);
    }
    for (int c; (c = getc(in)) != EOF;) {
        putc(c, out);
    }
    fclose(in);
    fclose(out);
}

int main(int argc, char **argv) {
    if (argc < 4) {
        fprintf(stderr, "usage: stepper MAX_STEPS OUTPUT PROGRAM ARGUMENT...\n");
        return 2;
    }
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    /* On one processor the two hand over without waking another one: several times faster. */
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(sched_getcpu(), &one);
    sched_setaffinity(0, sizeof one, &one);
    long max_steps = atol(argv[1]);
    table = calloc(TABLE_SIZE, sizeof *table);
    pid_t pid = fork();
    if (pid == 0) {
        personality(ADDR_NO_RANDOMIZE);
        if (freopen("/dev/null", "w", stdout) == NULL || ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0) {
            _exit(126);
        }
        execv(argv[3], argv + 3);
        _exit(127);
    }
    int status;
    waitpid(pid, &status, 0);
    if (!WIFSTOPPED(status)) {
        fprintf(stderr, "cannot run %s\n", argv[3]);
        return 1;
    }
    ptrace(PTRACE_SETOPTIONS, pid, NULL, (void *)(long)(PTRACE_O_EXITKILL | PTRACE_O_TRACEEXIT));
    uint64_t from = 0;
    int signal = 0;
    for (long step = 0; step < max_steps; step++) {
        struct user_regs_struct registers;
        if (ptrace(PTRACE_GETREGS, pid, NULL, &registers) != 0) {
            break;
        }
        if (from != 0) {
            add(from, registers.rip);
        }
        from = registers.rip;
        if (ptrace(PTRACE_SINGLESTEP, pid, NULL, (void *)(long)signal) != 0 || waitpid(pid, &status, 0) != pid) {
            break;
        }
        if (!WIFSTOPPED(status) || status >> 8 == (SIGTRAP | PTRACE_EVENT_EXIT << 8)) {
            break;
        }
        signal = WSTOPSIG(status) == SIGTRAP ? 0 : WSTOPSIG(status);
    }
    copy_maps(pid, argv[2]);
    kill(pid, SIGKILL);
    FILE *out = fopen(argv[2], "w");
    for (unsigned i = 0; i < TABLE_SIZE && out != NULL; i++) {
        if (table[i][0] != 0) {
            fwrite(table[i], sizeof *table, 1, out);
        }
    }
    return out == NULL || fclose(out) != 0;
}
