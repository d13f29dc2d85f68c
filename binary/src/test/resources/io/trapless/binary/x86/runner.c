/*
 * Runs pieces of machine code with given general registers and flags, and tells what they leave.
 *
 * Standard input: records of { u64 length; u8 code[CODE]; u64 registers[16]; u64 flags }, standard output: for each { u64 signal; u64 registers[16]; u64 flags }.
 * rsp is not loaded. Vector and x87 registers are the same at the start of each run. A signal ends the run; what is in the registers then is not told.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#define CODE 256

struct request {
    uint64_t length;
    uint8_t code[CODE];
    uint64_t registers[16];
    uint64_t flags;
};

struct answer {
    uint64_t signal;
    uint64_t registers[16];
    uint64_t flags;
};

uint64_t state[17], start_rsp, entry, finish;
static uint8_t vectors[16384] __attribute__((aligned(64)));
static uint8_t alternate[65536];
static sigjmp_buf back;

void run(void);
void after(void);

__asm__(".text\n"
        "run:\n"
        "  push %rbx\n  push %rbp\n  push %r12\n  push %r13\n  push %r14\n  push %r15\n"
        "  mov %rsp, start_rsp(%rip)\n"
        "  sub $4096, %rsp\n"
        "  push state+128(%rip)\n"
        "  mov state(%rip), %rax\n  mov state+8(%rip), %rcx\n  mov state+16(%rip), %rdx\n  mov state+24(%rip), %rbx\n"
        "  mov state+40(%rip), %rbp\n  mov state+48(%rip), %rsi\n  mov state+56(%rip), %rdi\n"
        "  mov state+64(%rip), %r8\n  mov state+72(%rip), %r9\n  mov state+80(%rip), %r10\n  mov state+88(%rip), %r11\n"
        "  mov state+96(%rip), %r12\n  mov state+104(%rip), %r13\n  mov state+112(%rip), %r14\n  mov state+120(%rip), %r15\n"
        "  popfq\n"
        "  jmp *entry(%rip)\n"
        ".globl after\n"
        "after:\n"
        "  mov %rax, state(%rip)\n  mov %rcx, state+8(%rip)\n  mov %rdx, state+16(%rip)\n  mov %rbx, state+24(%rip)\n"
        "  mov %rbp, state+40(%rip)\n  mov %rsi, state+48(%rip)\n  mov %rdi, state+56(%rip)\n"
        "  mov %r8, state+64(%rip)\n  mov %r9, state+72(%rip)\n  mov %r10, state+80(%rip)\n  mov %r11, state+88(%rip)\n"
        "  mov %r12, state+96(%rip)\n  mov %r13, state+104(%rip)\n  mov %r14, state+112(%rip)\n  mov %r15, state+120(%rip)\n"
        "  mov start_rsp(%rip), %rsp\n"
        "  pushfq\n  pop state+128(%rip)\n"
        "  cld\n"
        "  pop %r15\n  pop %r14\n  pop %r13\n  pop %r12\n  pop %rbp\n  pop %rbx\n"
        "  ret\n");

static void on_signal(int number) {
    siglongjmp(back, number);
}

static void vector_state(int save) {
    uint32_t low = 0xE7, high = 0; /* x87, SSE, AVX, AVX-512: unsupported bits are ignored */
    if (save) {
        __asm__ volatile("xsave64 %0" : "+m"(vectors) : "a"(low), "d"(high) : "memory");
    } else {
        __asm__ volatile("xrstor64 %0" ::"m"(vectors), "a"(low), "d"(high) : "memory");
    }
}

int main(void) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    static struct request in;
    static struct answer out;
    uint8_t *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED) {
        return 1;
    }
    stack_t stack = {.ss_sp = alternate, .ss_size = sizeof alternate};
    sigaltstack(&stack, NULL);
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_ONSTACK | SA_NODEFER};
    int signals[] = {SIGSEGV, SIGILL, SIGFPE, SIGBUS, SIGTRAP};
    for (unsigned i = 0; i < sizeof signals / sizeof *signals; i++) {
        sigaction(signals[i], &action, NULL);
    }
    setvbuf(stdin, NULL, _IOFBF, 1 << 20);
    setvbuf(stdout, NULL, _IOFBF, 1 << 20);
    vector_state(1);
    entry = (uint64_t) page;
    while (fread(&in, sizeof in, 1, stdin) == 1) {
        if (in.length > CODE) {
            return 2;
        }
        static const uint8_t jump[] = {0xFF, 0x25, 0, 0, 0, 0};
        uint64_t target = (uint64_t) after;
        memcpy(page, in.code, in.length);
        memcpy(page + in.length, jump, sizeof jump);
        memcpy(page + in.length + sizeof jump, &target, 8);
        memset(page + in.length + sizeof jump + 8, 0xCC, 64);
        memcpy(state, in.registers, sizeof in.registers);
        state[16] = in.flags;
        vector_state(0);
        memset(&out, 0, sizeof out);
        int number = sigsetjmp(back, 0);
        if (number == 0) {
            run();
            memcpy(out.registers, state, sizeof out.registers);
            out.flags = state[16];
        } else {
            out.signal = number;
        }
        fwrite(&out, sizeof out, 1, stdout);
    }
    return fflush(stdout) != 0;
}
