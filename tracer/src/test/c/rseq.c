// rseq: stands inside a restartable sequence of its own nearly all the time. An abort starts it again; prints the addresses of its section and its abort handler.
#include "section.h"

static volatile uint64_t rounds, aborts;

int main(void) {
    struct rseq *area = section_begin();
    __asm__ volatile(
        "1:\n\t"
        "mov %[descriptor], 8(%[area])\n"
        ".globl section_start, section_end, section_abort\n"
        "section_start:\n\t"
        "incq %[rounds]\n\t"
        "cmpl $0, %[stop]\n\t"
        "je section_start\n"
        "section_end:\n\t"
        "jmp 2f\n\t"
        ".long 0x53053053\n"
        "section_abort:\n\t"
        "incq %[aborts]\n\t"
        "cmpl $0, %[stop]\n\t"
        "je 1b\n"
        "2:\n\t"
        "movq $0, 8(%[area])\n\t"
        : [rounds] "+m"(rounds), [aborts] "+m"(aborts)
        : [descriptor] "r"(&descriptor), [area] "r"(area), [stop] "m"(stop)
        : "cc", "memory");
    puts(rounds && aborts ? "OK" : "BAD");
    return 0;
}
