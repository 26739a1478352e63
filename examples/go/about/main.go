// About prints what a program is started with: arguments, environment and
// working directory.
package main

import (
	"fmt"
	"os"
	"slices"
)

func main() {
	for i, arg := range os.Args[1:] {
		fmt.Printf("arg %d: [%s]\n", i+1, arg)
	}
	for _, v := range slices.Sorted(slices.Values(os.Environ())) {
		fmt.Printf("env: %s\n", v)
	}
	cwd, err := os.Getwd()
	if err != nil {
		cwd = "?"
	}
	fmt.Printf("cwd: %s\n", cwd)
}
