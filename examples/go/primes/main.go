// Primes counts the primes up to a number: work for the processor alone.
package main

import (
	"fmt"
	"os"
	"strconv"
)

func main() {
	limit := 1_000_000
	if len(os.Args) > 1 {
		n, err := strconv.Atoi(os.Args[1])
		if err != nil || n < 0 {
			fmt.Fprintln(os.Stderr, "usage: primes [LIMIT]")
			os.Exit(2)
		}
		limit = n
	}
	composite := make([]bool, limit+1)
	count := 0
	for i := 2; i <= limit; i++ {
		if composite[i] {
			continue
		}
		count++
		for j := i * i; j <= limit; j += i {
			composite[j] = true
		}
	}
	fmt.Printf("%d primes up to %d\n", count, limit)
}
