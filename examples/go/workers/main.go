// Workers lets goroutines sleep side by side: together they take about as long
// as one of them.
package main

import (
	"fmt"
	"sync"
	"time"
)

func main() {
	const workers, nap = 20, 50 * time.Millisecond
	start := time.Now()
	sums := make(chan int)
	var wg sync.WaitGroup
	for i := range workers {
		wg.Go(func() {
			time.Sleep(nap)
			sums <- i
		})
	}
	go func() {
		wg.Wait()
		close(sums)
	}()
	total := 0
	for n := range sums {
		total += n
	}
	fmt.Println("total", total)
	if took := time.Since(start); took < nap || took > workers*nap {
		fmt.Println("the naps took", took)
	}
}
