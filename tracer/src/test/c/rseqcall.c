// rseqcall: waits in a system call that ends a restartable sequence of its own, and is made again after a mere stop. An abort starts the sequence again; prints the addresses of its section and its abort handler.
#include "section.h"

static volatile uint64_t aborts;

int main(void) {
    struct rseq *area = section_begin();
    __asm__ volatile(
        "1:\n\t"
        "cmpl $0, %[stop]\n\t"
        "jne 2f\n\t"
        "mov $34, %%eax\n\t" // pause
        "mov %[descriptor], 8(%[area])\n"
        ".globl section_start, section_end, section_abort\n"
        "section_start:\n\t"
        "syscall\n"
        "section_end:\n\t"
        "jmp 1b\n\t"
        ".long 0x53053053\n"
        "section_abort:\n\t"
        "incq %[aborts]\n\t"
        "jmp 1b\n"
        "2:\n\t"
        "movq $0, 8(%[area])\n\t"
        : [aborts] "+m"(aborts)
        : [descriptor] "r"(&descriptor), [area] "r"(area), [stop] "m"(stop)
        : "rax", "rcx", "r11", "cc", "memory");
    puts(aborts ? "OK" : "BAD");
    return 0;
}
