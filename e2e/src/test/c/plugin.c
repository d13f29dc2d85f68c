/* plugin: a library that loader loads. plug(x) is called by the loader, and once each by the library's own initialiser and finaliser. */
#include <stdint.h>

__attribute__((noinline, noclone)) uint64_t plug(int x)
{
    uint64_t y = (uint64_t)x * 2654435761u;
    __asm__ volatile("" : "+r"(y));
    return y ^ (y >> 15);
}

__attribute__((constructor)) static void begin(void)
{
    plug(-1);
}

__attribute__((destructor)) static void end(void)
{
    plug(-2);
}
