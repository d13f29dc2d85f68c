// unwound [loop]: exceptions fly through probed frames with destructors, across threads, out of handlers, into noexcept walls; each is caught where it belongs. With an argument it goes on until a line comes, and says "ready" first.
#include <algorithm>
#include <cstdio>
#include <exception>
#include <functional>
#include <future>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "target.h"

static int destroyed;

struct Guard {
    std::string name;
    explicit Guard(int n) : name(static_cast<size_t>(n + 20), 'g') {}
    ~Guard() { destroyed++; }
};

__attribute__((noinline, noclone)) static int deeper(int depth, int seq)
{
    Guard guard(depth);
    if (depth == 0) {
        if (seq % 2)
            throw std::runtime_error("n" + std::to_string(seq));
        throw seq;
    }
    return deeper(depth - 1, seq) + static_cast<int>(guard.name.size());
}

__attribute__((noinline, noclone)) static int again(int seq)
{
    try {
        return deeper(seq % 8, seq);
    } catch (const std::runtime_error &) {
        Guard guard(seq % 5);
        throw;
    } catch (int n) {
        std::throw_with_nested(std::logic_error("of " + std::to_string(n)));
    }
}

__attribute__((noinline, noclone)) static bool attempt(int seq)
{
    try {
        again(seq);
    } catch (const std::logic_error &e) {
        try {
            std::rethrow_if_nested(e);
        } catch (int n) {
            return n == seq && e.what() == "of " + std::to_string(seq);
        }
    } catch (const std::exception &e) {
        return e.what() == "n" + std::to_string(seq);
    }
    return false;
}

static int once(bool tell)
{
    destroyed = 0;
    int right = 0, expected = 0;
    for (int i = 0; i < 500; i++) {
        right += attempt(i);
        expected += i % 8 + 1 + i % 2;
    }
    if (tell)
        std::printf("caught %d destroyed %d of %d\n", right, destroyed, expected);
    std::vector<std::future<int>> futures;
    for (int i = 0; i < 8; i++)
        futures.push_back(std::async(std::launch::async, [i]() -> int {
            if (i % 2)
                throw std::out_of_range("thread " + std::to_string(i));
            return i;
        }));
    int sum = 0;
    for (auto &future : futures)
        try {
            sum += future.get();
        } catch (const std::out_of_range &e) {
            sum += 100;
        }
    std::map<std::string, int> map;
    for (int i = 0; i < 2000; i++)
        map[std::to_string(i % 61)] += i;
    std::vector<int> numbers(5000);
    for (size_t i = 0; i < numbers.size(); i++)
        numbers[i] = static_cast<int>(i * 7919 % 5003);
    int n = 0;
    try {
        std::sort(numbers.begin(), numbers.end(), [&n](int a, int b) {
            if (++n == 20000)
                throw 5;
            return a < b;
        });
    } catch (int five) {
        sum += five;
    }
    std::sort(numbers.begin(), numbers.end());
    bool sorted = std::is_sorted(numbers.begin(), numbers.end());
    if (tell)
        std::printf("sum %d map %zu %d sorted %d\n", sum, map.size(), map["7"], sorted);
    return right == 500 && destroyed == expected && sum == 417 && sorted ? 5 : 3;
}

int main(int argc, char **)
{
    if (argc == 1)
        return once(true);
    die_with_parent();
    std::puts("ready");
    std::fflush(stdout);
    do
        if (once(false) != 5)
            return 3;
    while (!line_has_come());
    std::puts("right True");
    return 0;
}
