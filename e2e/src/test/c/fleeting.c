// Memory that is another as soon as the function has been entered, and a process that ends right after: what a program tells of it must have been read at the probe.
#include <string.h>

#define KEEP __attribute__((noipa, used))

struct item {
    int number;
    long weight;
    struct item *next;
    char label[16];
};

struct wide {
    char text[300];
    int cells[40];
    struct item *item;
};

int level = 0x1234;
short depth = -3;
static const char *motto = "before";

static struct item items[6];
static struct wide wide;

// Stands at the end: all that was there is gone.
static void wipe(void)
{
    memset(items, 0x7f, sizeof items);
    memset(&wide, 0, sizeof wide);
    level = 0;
    depth = 0;
    motto = "after";
}

KEEP void visit(struct item *first, int count)
{
    wipe();
    __asm__ volatile("" ::"r"(first), "r"(count) : "memory");
}

KEEP void look(struct wide *w)
{
    wipe();
    __asm__ volatile("" ::"r"(w) : "memory");
}

static void fill(void)
{
    for (int i = 0; i < 6; i++) {
        items[i].number = i + 1;
        items[i].weight = 100;
        items[i].next = i < 5 ? &items[i + 1] : 0;
        items[i].label[0] = (char)('a' + i);
        items[i].label[1] = 0;
    }
    strcpy(wide.text, "a long text has room");
    wide.cells[39] = 4711;
    wide.item = &items[2];
    level = 0x1234;
    depth = -3;
    motto = "before";
    __asm__ volatile("" ::"r"(&motto) : "memory");
}

int main(void)
{
    fill();
    visit(items, 6);
    fill();
    look(&wide);
    return 0;
}
