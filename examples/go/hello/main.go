// Hello greets the world, or those who are named.
package main

import (
	"fmt"
	"os"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Println("Hello from Go!")
	}
	for _, name := range os.Args[1:] {
		fmt.Printf("Hello from Go, %s!\n", name)
	}
}
