/*
 * trapme THREADS CALLS: every thread calls cramped(0), cramped(1) ... and roomy(0), roomy(1) ... in turn and checks what comes back; at the end it calls strait(0), strait(1) .... No jump fits into
 * cramped: a branch enters it at its third byte, and within the reach of a short jump are neither padding nor instructions that could make room. None fits at the return of strait, to which a branch leads that is itself too close to others. In cramped is
 * a USDT probe of one byte as well, trapme:narrow, with a semaphore. Says "watched" if that was up, and "ready PID ADDRESS-OF-CRAMPED" first and waits for a line.
 */
#include <pthread.h>

#include "target.h"

/* 70 additions, each entered by a branch that is never taken: nowhere in between is room for two jumps. */
#define ADDITIONS \
    ".rept 70\n" \
    "1: add $1, %eax\n" \
    "  jo 1b\n" \
    ".endr\n"

__asm__(".text\n"
        ".type ballast, @function\n"
        "ballast:\n"
        ADDITIONS
        "  ret\n"
        ".size ballast, . - ballast\n"
        ".globl cramped\n"
        ".type cramped, @function\n"
        "cramped:\n"
        "  mov %edi, %eax\n"
        "990: nop\n"
        "1: inc %eax\n"
        "  cmp %edi, %eax\n"
        "  jle 1b\n"
        "  ret\n"
        ".pushsection .note.stapsdt, \"\", \"note\"\n"
        "  .balign 4\n"
        "  .4byte 992f - 991f, 994f - 993f, 3\n"
        "991: .asciz \"stapsdt\"\n"
        "992: .balign 4\n"
        "993: .8byte 990b, _.stapsdt.base, trapme_narrow_semaphore\n"
        "  .asciz \"trapme\"\n"
        "  .asciz \"narrow\"\n"
        "  .asciz \"-4@%edi 8@$7 -4@%eax 4@8(%rsp)\"\n"
        "994: .balign 4\n"
        ".popsection\n"
        ".pushsection .stapsdt.base, \"aG\", \"progbits\", .stapsdt.base, comdat\n"
        "_.stapsdt.base: .space 1\n"
        ".popsection\n"
        ".pushsection .probes, \"aw\", \"progbits\"\n"
        ".globl trapme_narrow_semaphore\n"
        "trapme_narrow_semaphore: .2byte 0\n"
        ".popsection\n"
        ".size cramped, . - cramped\n"
        ".globl roomy\n"
        ".type roomy, @function\n"
        "roomy:\n"
        "  mov $0, %eax\n"
        "  add %edi, %eax\n"
        ADDITIONS
        "  ret\n"
        ".size roomy, . - roomy\n"
        ".globl strait\n"
        ".type strait, @function\n"
        "strait:\n"
        "  mov %edi, %eax\n"
        "  test %eax, %eax\n"
        "  js 3f\n"
        "1: inc %eax\n"
        "  cmp %edi, %eax\n"
        "2: jle 1b\n"
        "  jo 2b\n"
        "3: ret\n"
        ".size strait, . - strait\n"
        ".type more_ballast, @function\n"
        "more_ballast:\n"
        ADDITIONS
        "  ret\n"
        ".size more_ballast, . - more_ballast\n");

int cramped(int);
int roomy(int);
int strait(int);

extern volatile unsigned short trapme_narrow_semaphore;

static int calls;
static volatile int watched;

static void *run(void *unused)
{
    (void)unused;
    watched |= trapme_narrow_semaphore;
    for (int i = 0; i < calls; i++)
        if (cramped(i) != i + 1 || roomy(i) != i + 70)
            _exit(3);
    for (int i = 0; i < calls; i++)
        if (strait(i) != i + 1)
            _exit(3);
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_t threads[64];
    if (argc != 3)
        return 2;
    int count = atoi(argv[1]);
    calls = atoi(argv[2]);
    die_with_parent();
    ready((const void *)cramped);
    for (int i = 0; i < count; i++)
        if (pthread_create(&threads[i], NULL, run, NULL) != 0)
            return 5;
    for (int i = 0; i < count; i++)
        pthread_join(threads[i], NULL);
    if (watched)
        puts("watched");
    puts("done");
    return 0;
}
