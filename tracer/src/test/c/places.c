// Says where its functions really are, for the resolver to be compared with.
#include "target.h"
#include <dlfcn.h>
#include <string.h>
#define _SDT_HAS_SEMAPHORES 1
#include <sys/sdt.h>

__extension__ unsigned short places_tick_semaphore __attribute__((unused)) __attribute__((section(".probes")));

__attribute__((noinline)) int work(int x) {
    STAP_PROBE2(places, tick, x, &places_tick_semaphore);
    return x + 1;
}
int work_alias(int x) __attribute__((alias("work")));
__attribute__((noinline)) static int work_hidden(int x) { return x * 5 + work(x); }

static int fast(int x) { return x + 2; }
static void *choose(void) { return fast; }
int chosen(int x) __attribute__((ifunc("choose")));

int main(int argc, char **argv) {
    target_begin();
    void *library = argc > 1 ? dlopen(argv[1], RTLD_NOW) : NULL;
    if (argc > 1 && !library) {
        printf("BAD %s\n", dlerror());
        return 1;
    }
    printf("work %p\n", (void *)work);
    printf("hidden %p\n", (void *)work_hidden);
    printf("chosen %p\n", (void *)fast);
    printf("malloc %p\n", dlsym(RTLD_DEFAULT, "malloc"));
    printf("strlen %p\n", dlsym(RTLD_DEFAULT, "strlen"));
    printf("semaphore %p\n", (void *)&places_tick_semaphore);
    if (library) {
        printf("plugin %p\n", dlsym(library, "plugin_work"));
    }
    printf("sum %d\n", work_hidden(argc) + chosen(argc) + (int)strlen(argv[0]));
    target_ready();
    for (;;) {
        pause();
    }
}
