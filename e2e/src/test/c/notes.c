/*
 * notes CALLS: sites with notes written by hand, one for each family of operands, with every register set to a known value; a probe with two sites; a guarded one, which a forked child passes too; one without room for a jump.
 * Says "ready PID ADDRESS-OF-REGISTERS" first and waits for a line.
 */
#include <stdint.h>
#include <sys/wait.h>

#include "target.h"

/* A note as sys/sdt.h lays it out: location, base, semaphore; provider, name, arguments. The site is a nop behind label 990. */
#define NOTE(name, arguments, semaphore)                                       \
    ".pushsection .note.stapsdt,\"?\",\"note\"\n"                              \
    ".balign 4\n"                                                              \
    ".4byte 992f-991f, 994f-993f, 3\n"                                         \
    "991: .asciz \"stapsdt\"\n"                                                \
    "992: .balign 4\n"                                                         \
    "993: .8byte 990b\n"                                                       \
    ".8byte _.stapsdt.base\n"                                                  \
    ".8byte " semaphore "\n"                                                   \
    ".asciz \"hand\"\n"                                                        \
    ".asciz \"" name "\"\n"                                                    \
    ".asciz \"" arguments "\"\n"                                               \
    "994: .balign 4\n"                                                         \
    ".popsection\n"

__asm__(".pushsection .stapsdt.base,\"aG\",\"progbits\",.stapsdt.base,comdat\n"
        ".weak _.stapsdt.base\n.hidden _.stapsdt.base\n_.stapsdt.base: .space 1\n"
        ".size _.stapsdt.base, 1\n.popsection\n");

__extension__ unsigned short guard __attribute__((section(".probes"), used));
int32_t global_number = -77;
static struct {
    int64_t a;
    double d;
    float f;
    int16_t s[8];
} data = {-5, 2.5, -0.75f, {10, 11, 12, 13, 14, -15, 16, 17}};

#define ALL_REGISTERS "rax", "rbx", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "xmm1", "xmm15", "memory", "cc"

/* Every register has its own number in every byte; the second half looks at them in all widths. */
__attribute__((noinline, noclone)) void registers(void)
{
    __asm__ volatile("movabs $0x8182838485868788, %%rax\n"
                     "movabs $0x9192939495969798, %%rbx\n"
                     "movabs $0xa1a2a3a4a5a6a7a8, %%rcx\n"
                     "movabs $0xb1b2b3b4b5b6b7b8, %%rdx\n"
                     "movabs $0xc1c2c3c4c5c6c7c8, %%rsi\n"
                     "movabs $0xd1d2d3d4d5d6d7d8, %%rdi\n"
                     "movabs $0xe1e2e3e4e5e6e7e8, %%r10\n"
                     "movabs $0xf1f2f3f4f5f6f7f8, %%r11\n"
                     "990: nop\n"
                     "nopl 0(%%rax)\n" NOTE("wide", "8@%%rax -8@%%rbx -4@%%ecx 4@%%edx -2@%%si 2@%%di -1@%%r10b 1@%%r11b -1@%%ah 1@%%bh -1@%%ch 1@%%dh", "0")
                     "nop\n nop\n nop\n"
                     "990: nop\n"
                     /* nothing below reads rdx, r10, r11 and the flags: only the notes do */
                     "movl $1, %%r11d\n"
                     "movl $2, %%r10d\n"
                     "movl $3, %%edx\n"
                     "movl $4, %%eax\n" NOTE("late", "-8@%%r11 -8@%%r10 8@%%rdx 8@%%rax", "0") ::
                         : ALL_REGISTERS);
}

__attribute__((noinline, noclone)) void memories(long seq)
{
    __asm__ volatile("movq %0, %%r8\n"
                     "movl $5, %%r9d\n"
                     "movl $2, %%r11d\n"
                     "movq %0, %%r10\n"
                     "movq %1, %%rdx\n"
                     "movsd 8(%%r8), %%xmm1\n"
                     "movss 16(%%r8), %%xmm15\n"
                     "movq %%rdx, -16(%%rsp)\n"
                     "990: nop\n"
                     "nopl 0(%%rax)\n"
                     NOTE("memory",
                          "-8@(%%r8) -2@20(%%r8,%%r9,2) 2@20(%%r10,%%r11,2) -8@-16(%%rsp) 8f@%%xmm1 4f@%%xmm15 8f@8(%%r10) -4f@16(%%r8) -4@global_number(%%rip) -4@$-9 8@$70000 2@$65535",
                          "0")
                     :
                     : "r"(&data), "r"(seq)
                     : "rax", "rdx", "r8", "r9", "r10", "r11", "xmm1", "xmm15", "memory", "cc");
}

/* The same probe twice, inlined. */
static inline __attribute__((always_inline)) void twice(long seq)
{
    __asm__ volatile("990: nop\n" NOTE("twice", "-8@%0", "0")::"r"(seq));
}

__attribute__((noinline, noclone)) void guarded(long seq)
{
    if (*(volatile unsigned short *)&guard)
        __asm__ volatile("990: nop\n" NOTE("guarded", "-8@%0", "guard")::"r"(seq));
}

/* No jump fits between the branches to the nop and to what stands behind it: it is recorded on the two ways to it, of which the second operand tells. */
__attribute__((noinline, noclone)) void squeezed(long seq)
{
    __asm__ volatile("movl $2, %%r10d\n"
                     "testl $1, %k0\n"
                     "je 990f\n"
                     "movl $1, %%r10d\n"
                     "990: nop\n"
                     "1: decl %%r10d\n"
                     "jg 1b\n" NOTE("squeezed", "-8@%0 -4@%%r10d", "0")
                     :
                     : "r"(seq)
                     : "r10", "cc");
}

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    long calls = atol(argv[1]);
    die_with_parent();
    ready((const void *)registers);
    for (long i = 0; i < calls; i++) {
        registers();
        memories(i);
        twice(i);
        guarded(i);
        squeezed(i);
        twice(-i);
    }
    pid_t child = fork();
    if (child == 0) {
        for (long i = 0; i < calls; i++)
            guarded(1000 + i);
        _exit(0);
    }
    waitpid(child, NULL, 0);
    int survivor[2];
    if (pipe(survivor) != 0)
        return 2;
    child = fork();
    if (child == 0) {
        die_with_parent();
        char byte;
        if (read(survivor[0], &byte, 1) == 1)
            printf("survivor's semaphore %d\n", guard);
        fflush(stdout);
        _exit(0);
    }
    printf("done\n");
    fflush(stdout);
    char line[16];
    if (!fgets(line, sizeof line, stdin) || write(survivor[1], "", 1) != 1)
        return 2;
    waitpid(child, NULL, 0);
    printf("semaphore %d\n", guard);
    return 0;
}
