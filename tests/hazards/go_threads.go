// Goroutines on small stacks of Go's own that call C, which allocates; a caught nil dereference; a child process.
package main

// #include <stdlib.h>
// static void churn(void) { void* volatile p = malloc(5961); free(p); }
import "C"

import (
	"fmt"
	"os/exec"
	"sync"
)

func caught() (ok bool) {
	defer func() { ok = recover() != nil }()
	var p *int
	return *p == 0
}

func deep(n int) int {
	if n == 0 {
		C.churn()
		return 0
	}
	return deep(n-1) + 1
}

func main() {
	var group sync.WaitGroup
	for i := 0; i < 100; i++ {
		group.Add(1)
		go func() {
			defer group.Done()
			deep(1000)
		}()
	}
	group.Wait()
	fmt.Println("depth", deep(10000), "caught", caught())
	fmt.Println("child", exec.Command("/bin/true").Run())
}
