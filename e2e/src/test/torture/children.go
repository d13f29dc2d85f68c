// Starts programs by Go's own clone, in a process whose threads are the C library's, and says how often a thread's rseq area was without a CPU: while a child had it, which only a tracer brings about, and afterwards.
//
// children THREADS ROUNDS
package main

/*
#define _GNU_SOURCE
#include <pthread.h>
#include <sys/rseq.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { MOST_THREADS = 16 };
static volatile struct rseq *volatile areas[MOST_THREADS];
static volatile int done;

static int own_area(int thread) {
	areas[thread] = (struct rseq *)((char *)__builtin_thread_pointer() + __rseq_offset);
	return (int)areas[thread]->cpu_id >= 0;
}

// Nothing happens between the three in most cases, and one of them is enough.
static int is_right(int thread) {
	for (int i = 0; i < 1000; i++) {
		unsigned before = areas[thread]->cpu_id, now;
		syscall(SYS_getcpu, &now, NULL, NULL);
		if (before == now) {
			return 1;
		}
	}
	return 0;
}

static void *watch(void *seen) {
	int was[MOST_THREADS] = {0};
	while (!done) {
		for (int i = 0; i < MOST_THREADS; i++) {
			int without = areas[i] && (int)areas[i]->cpu_id < 0;
			*(long *)seen += without && !was[i];
			was[i] = without;
		}
	}
	return NULL;
}

static pthread_t watcher;
static long seen;

static void start_watching(void) {
	pthread_create(&watcher, NULL, watch, &seen);
}

static long stop_watching(void) {
	done = 1;
	pthread_join(watcher, NULL);
	return seen;
}
*/
import "C"

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
)

func main() {
	threads, _ := strconv.Atoi(os.Args[1])
	rounds, _ := strconv.Atoi(os.Args[2])
	var wrong int64
	var all sync.WaitGroup
	C.start_watching()
	for i := 0; i < threads; i++ {
		all.Add(1)
		go func(thread C.int) {
			defer all.Done()
			runtime.LockOSThread()
			if C.own_area(thread) == 0 {
				panic("the C library has no rseq area")
			}
			for round := 0; round < rounds; round++ {
				pid, err := syscall.ForkExec("/bin/true", []string{"true"}, &syscall.ProcAttr{Files: []uintptr{0, 1, 2}})
				if err != nil {
					panic(err)
				}
				var status syscall.WaitStatus
				if _, err := syscall.Wait4(pid, &status, 0, nil); err != nil || status != 0 {
					panic(fmt.Sprint(err, status))
				}
				if C.is_right(thread) == 0 {
					atomic.AddInt64(&wrong, 1)
				}
			}
		}(C.int(i))
	}
	all.Wait()
	fmt.Printf("children %d without-cpu %d afterwards %d\n", threads*rounds, C.stop_watching(), wrong)
}
