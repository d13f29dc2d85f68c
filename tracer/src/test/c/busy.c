// busy THREADS: each thread keeps patterns in vector registers, flags, red zone and errno, and checks them until SIGTERM.
#include "target.h"

static void *run(void *argument) {
    uint64_t seed = (uint64_t)(uintptr_t)argument * 0x9e3779b97f4a7c15u + 1;
    uint64_t rounds = 0;
    errno = (int)(seed & 0xff) + 1000;
    while (!stop || rounds == 0) { // each proves something, however late its turn comes
        uint64_t a = seed, b = ~seed, count = 2000, bad = 0;
        __asm__ volatile(
            "movq %[a], %%xmm3\n\t"
            "movq %[b], %%xmm15\n\t"
            "mov %[a], -8(%%rsp)\n\t"
            "mov %[b], -128(%%rsp)\n"
            "1:\n\t"
            "movq %%xmm3, %%rax\n\t"
            "cmp %[a], %%rax\n\t"
            "jne 2f\n\t"
            "movq %%xmm15, %%rax\n\t"
            "cmp %[b], %%rax\n\t"
            "jne 2f\n\t"
            "cmp %[a], -8(%%rsp)\n\t"
            "jne 2f\n\t"
            "cmp %[b], -128(%%rsp)\n\t"
            "jne 2f\n\t"
            "stc\n\t"
            "jnc 2f\n\t"
            "dec %[count]\n\t"
            "jnz 1b\n\t"
            "jmp 3f\n"
            "2:\n\t"
            "mov $1, %[bad]\n"
            "3:\n\t"
            : [count] "+r"(count), [bad] "+r"(bad)
            : [a] "r"(a), [b] "r"(b)
            : "rax", "xmm3", "xmm15", "cc", "memory");
        if (bad || errno != (int)(seed & 0xff) + 1000) {
            return (void *)1;
        }
        rounds++;
    }
    return rounds ? NULL : (void *)2; /* never got its turn: proves nothing */
}

int main(int argc, char **argv) {
    target_begin();
    int threads = argc > 1 ? atoi(argv[1]) : 1;
    pthread_t ids[1024];
    for (int i = 0; i < threads; i++) {
        pthread_create(&ids[i], NULL, run, (void *)(uintptr_t)(i + 1));
    }
    target_ready();
    while (!stop) {
        usleep(1000);
    }
    int bad = 0, idle = 0;
    for (int i = 0; i < threads; i++) {
        void *result;
        pthread_join(ids[i], &result);
        bad += result == (void *)1;
        idle += result == (void *)2;
    }
    puts(bad ? "BAD" : idle ? "IDLE" : "OK");
    return bad ? 1 : idle ? 2 : 0;
}
