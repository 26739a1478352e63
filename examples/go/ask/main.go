// Ask asks for names until it is told "quit" or its input ends.
package main

import (
	"bufio"
	"fmt"
	"os"
)

func main() {
	in := bufio.NewScanner(os.Stdin)
	asked := 0
	for fmt.Print("name? "); in.Scan() && in.Text() != "quit"; fmt.Print("name? ") {
		asked++
		fmt.Printf("Hello, %s!\n", in.Text())
	}
	fmt.Printf("\ngreeted %d\n", asked)
	if err := in.Err(); err != nil {
		fmt.Fprintln(os.Stderr, "ask:", err)
		os.Exit(2)
	}
	if asked == 0 {
		os.Exit(1)
	}
}
