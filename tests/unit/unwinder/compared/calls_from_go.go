// Go calls malloc from stacks of its own, at different depths. It ends as a C program does, so that destructors run.
package main

// #include <stdlib.h>
import "C"

func work(depth int) int {
	if depth == 0 {
		block := C.malloc(100)
		C.free(block)
		return 1
	}
	return 1 + work(depth-1)
}

func main() {
	sum := 0
	for i := 0; i < 2000; i++ {
		sum += work(i % 20)
	}
	C.exit(C.int(sum % 2))
}
