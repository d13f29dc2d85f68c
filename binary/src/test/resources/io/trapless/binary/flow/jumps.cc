// Every kind of jump that a compiler makes, each taken in as many ways as it has. Exits with status 0.
#include <csetjmp>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

static volatile int sink;

#define CASE(n) case n: sink = sink * 3 + n; break;

__attribute__((noinline)) static int dense_switch(int value) {
    switch (value) {
        CASE(0) CASE(1) CASE(2) CASE(3) CASE(4) CASE(5) CASE(6) CASE(7) CASE(8) CASE(9) CASE(10) CASE(11)
        CASE(1000) CASE(1001) CASE(1002) CASE(1003) CASE(1004) CASE(1005) CASE(1006)
        case 20: throw std::runtime_error("twenty");
        default: return -1;
    }
    return sink;
}

__attribute__((noinline)) static int threaded(const unsigned char *program) {
    static const void *const operations[] = {&&stop, &&increment, &&twice, &&decrement, &&square};
    int value = 1;
#define NEXT goto *operations[*program++]
    NEXT;
increment:
    value += 1;
    NEXT;
twice:
    value *= 2;
    NEXT;
decrement:
    value -= 1;
    NEXT;
square:
    value *= value;
    NEXT;
stop:
    return value;
}

struct Shape {
    virtual ~Shape() = default;
    virtual int area() const = 0;
};
struct Square : Shape {
    int area() const override { return 4; }
};
struct Circle : Shape {
    int area() const override { return 3; }
};

__attribute__((noinline)) static int tail(const Shape *shape) {
    return shape->area();
}

__attribute__((noinline)) static int caught(int value) {
    try {
        return dense_switch(value);
    } catch (const std::exception &e) {
        return (int)strlen(e.what());
    }
}

static int ascending(const void *a, const void *b) {
    return *(const int *)a - *(const int *)b;
}

static jmp_buf place;

__attribute__((noinline)) static void jump_back(int value) {
    longjmp(place, value);
}

int main() {
    for (int i = -1; i < 22; i++) {
        caught(i);
    }
    for (int i = 999; i < 1009; i++) {
        caught(i);
    }
    const unsigned char program[] = {1, 2, 3, 4, 1, 2, 4, 3, 0};
    sink = threaded(program);
    Square square;
    Circle circle;
    sink = tail(&square) + tail(&circle);
    int numbers[] = {5, 3, 9, 1, 7};
    qsort(numbers, 5, sizeof numbers[0], ascending);
    volatile int rounds = 0;
    if (setjmp(place) < 3) {
        rounds = rounds + 1;
        jump_back(rounds);
    }
    for (int length = 0; length < 300; length += 7) {
        char from[320];
        char to[320];
        memset(from, 'x', sizeof from);
        memcpy(to, from, (size_t)length);
        memmove(to + 3, to, (size_t)length);
        to[length] = 0;
        sink = (int)strlen(to) + memcmp(from, to, (size_t)length) + (strchr(to, 'y') != nullptr);
    }
    printf("%d %5.2f %x %s %*d %e %c %p\n", sink, 1.5, 255u, "abc", 5, 7, 1e10, 'c', (void *)&sink);
    return rounds == 3 ? 0 : 1;
}
