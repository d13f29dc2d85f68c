// confined: sleeps under a seccomp filter that allows everything.
#include "target.h"
#include <linux/filter.h>
#include <linux/seccomp.h>

int main(void) {
    target_begin();
    struct sock_filter allow[] = {BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
    struct sock_fprog program = {1, allow};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program)) {
        return 2;
    }
    target_ready();
    pause();
    return 0;
}
