// rseqcall: waits in a system call that ends a restartable sequence of its own, and is made again after a mere stop. An abort starts the sequence again; prints the addresses of its section and its abort handler.
#include "target.h"
#include <sys/rseq.h>

extern char section_start[], section_end[], section_abort[];
static volatile uint64_t aborts;

static struct {
    uint32_t version, flags;
    uint64_t start, length, abort;
} descriptor __attribute__((aligned(32)));

int main(void) {
    target_begin();
    struct rseq *area = (struct rseq *)((char *)__builtin_thread_pointer() + __rseq_offset);
    descriptor.start = (uintptr_t)section_start;
    descriptor.length = section_end - section_start;
    descriptor.abort = (uintptr_t)section_abort;
    printf("%p %p %p\n", section_start, section_end, section_abort);
    target_ready();
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
