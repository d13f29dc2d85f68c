/* leash COMMAND ARG...: becomes the command, which dies with the process that started it. For programs that nobody here wrote. */
#include "target.h"

int main(int argc, char **argv)
{
    if (argc < 2)
        return 2;
    die_with_parent();
    execvp(argv[1], argv + 1);
    perror(argv[1]);
    return 127;
}
