/*
 * The target: knows of no tracer. Four functions that do the same with different beginnings, because a kernel uprobe's price depends on the
 * instruction it replaces, and the floors: a loop that does nothing and one that reads the time stamp counter.
 */
#include "harness.h"

int work(int seq);
int work_push(int seq);
int work_nop5(int seq);
int work_usdt(int seq);
int work_name(const char *name, int seq);
int work_tight(int seq);

/*
 * All return 3 * seq + 1. The note of work_usdt is what sys/sdt.h writes for DTRACE_PROBE1(trapless_bench, work, seq): program counter, base,
 * semaphore, provider, name, arguments.
 */
__asm__(
    ".text\n"
    ".p2align 4\n"
    ".globl work\n"
    ".type work, @function\n"
    "work:\n" /* the usual case: the kernel must single-step a sub */
    "    sub $8, %rsp\n"
    "    lea 1(%rdi,%rdi,2), %eax\n"
    "    add $8, %rsp\n"
    "    ret\n"
    ".size work, .-work\n"

    ".p2align 4\n"
    ".globl work_push\n"
    ".type work_push, @function\n"
    "work_push:\n" /* the kernel emulates a push */
    "    push %rbx\n"
    "    mov %edi, %ebx\n"
    "    lea 1(%rbx,%rbx,2), %eax\n"
    "    pop %rbx\n"
    "    ret\n"
    ".size work_push, .-work_push\n"

    ".p2align 4\n"
    ".globl work_nop5\n"
    ".type work_nop5, @function\n"
    "work_nop5:\n" /* newer kernels put a call there */
    "    .byte 0x0f, 0x1f, 0x44, 0x00, 0x00\n"
    "    lea 1(%rdi,%rdi,2), %eax\n"
    "    ret\n"
    ".size work_nop5, .-work_nop5\n"

    ".p2align 4\n"
    ".globl work_usdt\n"
    ".type work_usdt, @function\n"
    "work_usdt:\n"
    "    sub $8, %rsp\n"
    "990:nop\n"
    "    lea 1(%rdi,%rdi,2), %eax\n"
    "    add $8, %rsp\n"
    "    ret\n"
    ".size work_usdt, .-work_usdt\n"

    ".p2align 4\n"
    ".globl work_tight\n"
    ".type work_tight, @function\n"
    "work_tight:\n" /* a branch enters its second byte: no jump fits */
    "    nop\n"
    "991:lea 1(%rdi,%rdi,2), %eax\n"
    "    cmp $-7, %eax\n" /* never: seq is not negative */
    "    je 991b\n"
    "    ret\n"
    ".size work_tight, .-work_tight\n"

    ".p2align 4\n"
    ".globl work_name\n"
    ".type work_name, @function\n"
    "work_name:\n" /* gets a string too */
    "    sub $8, %rsp\n"
    "    lea 1(%rsi,%rsi,2), %eax\n"
    "    add $8, %rsp\n"
    "    ret\n"
    ".size work_name, .-work_name\n"

    ".pushsection .note.stapsdt, \"\", @note\n"
    "    .balign 4\n"
    "    .4byte 992f-991f, 994f-993f, 3\n"
    "991:.asciz \"stapsdt\"\n"
    "992:.balign 4\n"
    "993:.8byte 990b\n"
    "    .8byte _.stapsdt.base\n"
    "    .8byte 0\n"
    "    .asciz \"trapless_bench\"\n"
    "    .asciz \"work\"\n"
    "    .asciz \"-4@%edi\"\n"
    "994:.balign 4\n"
    ".popsection\n"
    ".pushsection .stapsdt.base, \"aG\", \"progbits\", .stapsdt.base, comdat\n"
    ".weak _.stapsdt.base\n"
    ".hidden _.stapsdt.base\n"
    "_.stapsdt.base: .space 1\n"
    ".size _.stapsdt.base, 1\n"
    ".popsection\n");

#define LOOP(NAME, RESULT)                          \
    static uint64_t loop_##NAME(long events)        \
    {                                               \
        uint64_t sum = 0;                           \
        for (long i = 0; i < events; i++) {         \
            sum += (uint64_t)(RESULT);              \
            __asm__ volatile("" : "+r"(sum));       \
        }                                           \
        return sum;                                 \
    }

#define NAMES 64

static char names[NAMES][24];

__attribute__((constructor)) static void make_names(void)
{
    for (int i = 0; i < NAMES; i++)
        snprintf(names[i], sizeof names[i], "/usr/share/file-%d", i * i);
}

LOOP(empty, 1)
LOOP(rdtsc, __builtin_ia32_rdtsc())
LOOP(work, (unsigned)work((int)i))
LOOP(push, (unsigned)work_push((int)i))
LOOP(nop5, (unsigned)work_nop5((int)i))
LOOP(usdt, (unsigned)work_usdt((int)i))
LOOP(name, (unsigned)work_name(names[i % NAMES], (int)i))
LOOP(tight, (unsigned)work_tight((int)i))

#define CALLS_A_TICK 5000
#define TICK_NANOS 1000000

/* As the loop of work, 5 million calls a second: so many at a time, and then a sleep until the next millisecond. */
static uint64_t loop_paced(long events)
{
    uint64_t sum = 0;
    uint64_t tick = nanos(CLOCK_MONOTONIC);
    for (long i = 0; i < events; i++) {
        sum += (unsigned)work((int)i);
        __asm__ volatile("" : "+r"(sum));
        if (i % CALLS_A_TICK == CALLS_A_TICK - 1) {
            tick += TICK_NANOS;
            struct timespec until = {(time_t)(tick / 1000000000), (long)(tick % 1000000000)};
            clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
        }
    }
    return sum;
}

const struct work works[] = {
    {"empty", loop_empty, NULL},
    {"rdtsc", loop_rdtsc, NULL},
    {"work", loop_work, (void *)work},
    {"push", loop_push, (void *)work_push},
    {"nop5", loop_nop5, (void *)work_nop5},
    {"usdt", loop_usdt, (void *)work_usdt},
    {"name", loop_name, (void *)work_name},
    {"tight", loop_tight, (void *)work_tight},
    {"paced", loop_paced, (void *)work},
    {NULL, NULL, NULL},
};
