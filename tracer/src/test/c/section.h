// What a program with a restartable sequence of its own begins with. Its section lies between the labels section_start and section_end; section_abort is its abort handler.
#ifndef SECTION_H
#define SECTION_H
#include "target.h"
#include <sys/rseq.h>

extern char section_start[], section_end[], section_abort[];

static struct {
    uint32_t version, flags;
    uint64_t start, length, abort;
} descriptor __attribute__((aligned(32)));

// Fills the descriptor, prints the three addresses, and gives the thread's area.
static inline struct rseq *section_begin(void) {
    target_begin();
    descriptor.start = (uintptr_t)section_start;
    descriptor.length = section_end - section_start;
    descriptor.abort = (uintptr_t)section_abort;
    printf("%p %p %p\n", section_start, section_end, section_abort);
    target_ready();
    return (struct rseq *)((char *)__builtin_thread_pointer() + __rseq_offset);
}
#endif
