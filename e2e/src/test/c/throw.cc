// throw CALLS: exceptions fly through functions that may be probed; every one must be caught where it belongs.
#include <stdexcept>
#include <string>

#include "target.h"

__attribute__((noinline, noclone)) int deeper(int depth, int seq)
{
    std::string local(static_cast<size_t>(depth + 20), 'x');
    if (depth == 0)
        throw std::runtime_error(local + std::to_string(seq));
    return deeper(depth - 1, seq) + static_cast<int>(local.size());
}

__attribute__((noinline, noclone)) bool attempt(int seq)
{
    try {
        return deeper(seq % 7, seq) < 0;
    } catch (const std::runtime_error &error) {
        return std::string(error.what()) == std::string(20, 'x') + std::to_string(seq);
    }
}

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    int calls = std::atoi(argv[1]), right = 0;
    die_with_parent();
    ready(reinterpret_cast<const void *>(attempt));
    for (int i = 0; i < calls; i++)
        right += attempt(i);
    std::printf("caught %d\n", right);
    return right == calls ? 0 : 3;
}
