// Calls a few functions with known arguments, then ends: a target for programs that start it with -c.
#include <stdio.h>
#include <string.h>

struct point {
    int x;
    int y;
    const char *name;
};

__attribute__((noipa)) int add(int a, int b) {
    __asm__ volatile("" ::: "memory");
    return a + b;
}

__attribute__((noipa)) unsigned long length(const char *text) {
    __asm__ volatile("" ::: "memory");
    return strlen(text);
}

__attribute__((noipa)) int sum(struct point *p) {
    __asm__ volatile("" ::: "memory");
    return p->x + p->y;
}

int main(void) {
    int total = 0;
    struct point p = {3, -4, "home"};
    for (int i = 0; i < 10; i++) {
        total += add(i, 2 * i);
    }
    total += (int)length("hello");
    total += (int)length("a longer text");
    total += sum(&p);
    printf("total %d\n", total);
    return 0;
}
