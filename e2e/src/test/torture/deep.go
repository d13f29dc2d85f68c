// What Go does that others don't: stacks that grow by being copied, goroutines that change threads, panics that unwind frames.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"sort"
	"strings"
	"sync"
)

//go:noinline
func deep(n int, pad [64]byte) int {
	if n == 0 {
		return int(pad[0])
	}
	pad[n%64] = byte(n)
	return deep(n-1, pad) + 1
}

//go:noinline
func risky(n int) {
	if n == 0 {
		panic("bottom")
	}
	defer func() {
		if n%3 == 0 {
			if r := recover(); r != nil {
				panic(fmt.Sprint(r, "+", n))
			}
		}
	}()
	risky(n - 1)
}

func attempt(n int) (text string) {
	defer func() { text = fmt.Sprint(recover()) }()
	risky(n)
	return "nothing"
}

func nilRead(p *int) (caught bool) {
	defer func() { caught = recover() != nil }()
	return *p == 1
}

type row struct {
	Name  string   `json:"name"`
	Marks []int    `json:"marks"`
	Next  *row     `json:"next,omitempty"`
	Tags  []string `json:"tags"`
}

func workers(count int) int {
	jobs, results := make(chan int), make(chan int)
	var group sync.WaitGroup
	for w := 0; w < count; w++ {
		group.Add(1)
		go func() {
			defer group.Done()
			for job := range jobs {
				results <- deep(job, [64]byte{}) - job
				runtime.Gosched()
			}
		}()
	}
	go func() {
		for i := 0; i < 400; i++ {
			jobs <- i
		}
		close(jobs)
		group.Wait()
		close(results)
	}()
	sum, n := 0, 0
	for r := range results {
		sum += r
		n++
	}
	return n*10000 + sum
}

func main() {
	fmt.Println("deep", deep(20000, [64]byte{7}) > 20000)
	fmt.Println("workers", workers(8))
	for _, n := range []int{1, 3, 7, 12} {
		fmt.Println("panic", attempt(n))
	}
	fmt.Println("nil", nilRead(nil))
	var list *row
	for i := 0; i < 200; i++ {
		list = &row{fmt.Sprint("row", i), []int{i, i * i}, list, strings.Split("a,b,c", ",")}
	}
	text, err := json.Marshal(list)
	var back row
	if err != nil || json.Unmarshal(text, &back) != nil || back.Next.Name != "row198" {
		fmt.Println("json is wrong")
		os.Exit(3)
	}
	words := map[string]int{}
	for i := 0; i < 3000; i++ {
		words[fmt.Sprint(i%97)] += i
	}
	keys := make([]string, 0, len(words))
	for k := range words {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	runtime.GC()
	fmt.Println("json", len(text), "words", len(keys), words["5"])
	os.Exit(9)
}
