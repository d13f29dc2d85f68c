// signals: real-time signals are queued to the process until SIGTERM; each must arrive exactly once, in order, with its value.
#include "target.h"

static volatile int expected = 1;
static volatile int disorder;

static void on_signal(int number, siginfo_t *info, void *context) {
    (void)number;
    (void)context;
    if (info->si_value.sival_int != expected) {
        disorder++;
    }
    expected++;
}

int main(void) {
    target_begin();
    struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_RESTART};
    sigaction(SIGRTMIN, &action, NULL);
    target_ready();
    int sent = 0;
    while (!stop) {
        for (int i = 0; i < 100; i++) {
            union sigval value = {.sival_int = sent + 1};
            if (sigqueue(getpid(), SIGRTMIN, value) == 0) {
                sent++;
            }
        }
    }
    double end = now_seconds();
    while (expected <= sent && now_seconds() < end + 5) {
        usleep(1000);
    }
    printf("%s sent %d received %d disorder %d\n", expected - 1 == sent && !disorder ? "OK" : "BAD", sent, expected - 1, disorder);
    return !(expected - 1 == sent && !disorder);
}
