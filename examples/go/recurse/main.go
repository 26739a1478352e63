// Recurse calls itself as deep as it is told.
package main

import (
	"fmt"
	"os"
	"strconv"
)

//go:noinline
func down(n int) int {
	if n == 0 {
		return 0
	}
	return down(n-1) + 1
}

func main() {
	n := 1000
	if len(os.Args) > 1 {
		var err error
		if n, err = strconv.Atoi(os.Args[1]); err != nil {
			fmt.Fprintln(os.Stderr, "usage: recurse [DEPTH]")
			os.Exit(2)
		}
	}
	fmt.Println("depth", down(n))
}
