// Jumps by tables of distances between labels, which C++ does not have. Exits with status 0.
#include <stdio.h>

__attribute__((noinline)) static int distances(const unsigned char *program) {
    static const int table[] = {&&stop - &&base, &&left - &&base, &&right - &&base};
    int value = 1;
base:
    for (;;) {
        goto *(&&base + table[*program++]);
    left:
        value <<= 1;
        continue;
    right:
        value = value * 5 + 1;
        continue;
    }
stop:
    return value;
}

__attribute__((noinline)) static int short_distances(const unsigned char *program) {
    static const short table[] = {&&stop - &&base, &&left - &&base, &&right - &&base};
    int value = 1;
base:
    for (;;) {
        goto *(&&base + table[*program++]);
    left:
        value <<= 1;
        continue;
    right:
        value = value * 7 + 1;
        continue;
    }
stop:
    return value;
}

int main(void) {
    const unsigned char turns[] = {1, 2, 1, 1, 2, 2, 0};
    printf("%d %d\n", distances(turns), short_distances(turns));
    return 0;
}
