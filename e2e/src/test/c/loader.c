/*
 * loader LIBRARY ROUNDS CALLS: says "ready PID ADDRESS-OF-STEP" and waits for a line; then, ROUNDS times, loads the library, calls its plug(0..CALLS-1), unloads it, and puts something else in its
 * place, so that the next one lies elsewhere in two of three rounds; says "done PLACES" and waits for another line.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>
#include <sys/mman.h>

#include "target.h"

__attribute__((noinline, noclone)) uint64_t step(int x)
{
    uint64_t y = (uint64_t)x * 2654435761u;
    __asm__ volatile("" : "+r"(y));
    return y ^ (y >> 15);
}

int main(int argc, char **argv)
{
    int places = 0;
    uint64_t last = 0;
    char line[16];
    die_with_parent();
    if (argc < 4)
        return 2;
    ready((const void *)step);
    for (int round = 0; round < atoi(argv[2]); round++) {
        void *library = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
        uint64_t (*plug)(int) = library ? (uint64_t(*)(int))dlsym(library, "plug") : NULL;
        if (!plug) {
            puts(dlerror());
            return 3;
        }
        places += (uint64_t)plug != last;
        last = (uint64_t)plug;
        for (int i = 0; i < atoi(argv[3]); i++)
            plug(i);
        dlclose(library);
        if (round % 3 != 2)
            mmap((void *)(last & ~0xfffull), 4096, PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
        step(round);
    }
    printf("done %d\n", places);
    fflush(stdout);
    if (!fgets(line, sizeof line, stdin))
        return 4;
    return 0;
}
