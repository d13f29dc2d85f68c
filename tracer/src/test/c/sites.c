// sites: places to change text at. Each global label is a site of known bytes; the program prints their addresses.
//   loop_site   nop; lock incq (%rax); lock incq (%rax)    inside an endless loop (thread 1); the slow instructions are where it stands mostly
//   call_site   mov $35,%eax; syscall    an nanosleep over and over (thread 2): its restart stands inside the change
//   spun_site   a loop that a signal handler interrupts and stays in until told (thread 3)
#include "target.h"

extern char loop_site[], loop_site_end[], call_site[], call_site_end[], spun_site[], spun_site_end[];
static volatile uint64_t loop_count, call_count, spun_count;
static volatile int release_handler, in_handler;

static void *loop_thread(void *x) {
    __asm__ volatile(
        ".globl loop_site, loop_site_end\n"
        "1:\n"
        "loop_site:\n\t"
        "nop\n\t"
        "lock incq (%%rax)\n\t"
        "lock incq (%%rax)\n"
        "loop_site_end:\n\t"
        "cmpl $0, %0\n\t"
        "je 1b\n\t"
        :
        : "m"(stop), "a"(&loop_count)
        : "cc", "memory");
    return x;
}

static void *call_thread(void *x) {
    static struct timespec t = {0, 30000000};
    long error = 0;
    while (!stop) {
        long result;
        __asm__ volatile(
            ".globl call_site, call_site_end\n"
            "call_site:\n\t"
            "mov $35, %%eax\n\t"
            "syscall\n"
            "call_site_end:\n\t"
            : "=&a"(result)
            : "D"(&t), "S"(NULL)
            : "rcx", "r11", "memory");
        error |= result;
        call_count++;
    }
    return error ? (void *)1 : x;
}

static void on_signal(int number) {
    (void)number;
    in_handler = 1;
    while (!release_handler) {
        usleep(1000);
    }
}

static void *spun_thread(void *x) {
    __asm__ volatile(
        ".globl spun_site, spun_site_end\n"
        "1:\n\t"
        "incq %0\n"
        "spun_site:\n\t"
        "nop\n"
        "2:\n\t"
        "cmpl $0, %2\n\t"
        "je 2b\n"
        "spun_site_end:\n\t"
        "cmpl $0, %1\n\t"
        "je 1b\n\t"
        : "+m"(spun_count)
        : "m"(stop), "m"(in_handler)
        : "cc", "memory");
    return x;
}

static void on_release(int number) {
    (void)number;
    release_handler = 1;
}

int main(void) {
    target_begin();
    signal(SIGUSR1, on_signal);
    signal(SIGUSR2, on_release);
    sigset_t set, old;
    sigfillset(&set);
    pthread_sigmask(SIG_BLOCK, &set, &old);
    pthread_t ids[3];
    pthread_create(&ids[0], NULL, loop_thread, NULL);
    pthread_create(&ids[1], NULL, call_thread, NULL);
    sigdelset(&set, SIGUSR1);
    pthread_sigmask(SIG_SETMASK, &set, NULL);
    pthread_create(&ids[2], NULL, spun_thread, NULL);
    sigfillset(&set);
    sigdelset(&set, SIGUSR2);
    sigdelset(&set, SIGTERM);
    pthread_sigmask(SIG_SETMASK, &set, NULL);
    printf("%p %p\n%p %p\n%p %p\n%p %p %p\n%p\n", loop_site, loop_site_end, call_site, call_site_end, spun_site, spun_site_end,
           (void *)&loop_count, (void *)&call_count, (void *)&spun_count, (void *)&in_handler);
    target_ready();
    while (!stop) {
        usleep(1000);
    }
    int bad = 0;
    for (int i = 0; i < 3; i++) {
        void *result;
        pthread_join(ids[i], &result);
        bad += result != NULL;
    }
    puts(bad || !loop_count || !call_count || !spun_count ? "BAD" : "OK");
    return bad;
}
