//go:build js

// Command guest is what the tests run: each subcommand tries one thing that a Go
// program built with GOOS=js expects of its host, and prints what it met.
package main

import (
	"bufio"
	"crypto/rand"
	"fmt"
	"io"
	"os"
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"
)

var commands = map[string]func(args []string){
	"hello":    func([]string) { fmt.Println("hello from", os.Args[0]) },
	"args":     args,
	"exit":     exit,
	"cat":      cat,
	"both":     both,
	"sleep":    sleep,
	"timers":   timers,
	"random":   random,
	"panic":    func([]string) { fmt.Println("before"); panic("at the disco") },
	"deadlock": func([]string) { fmt.Println("before"); <-make(chan int) },
	"nil":      func([]string) { var p *int; *p = 1 },
	"deep":     func([]string) { fmt.Println(deep(1_000_000)) },
	"alloc":    alloc,
	"flood":    flood,
	"files":    files,
	"dirs":     dirs,
	"chdir":    chdir,
	"errors":   failures,
	"funcs":    funcs,
	"promise":  promise,
	"forever":  forever,
	"values":   values,
	"refs":     refs,
	"exitfunc": exitInFunc,
	"console":  console,
	"escape":   escape,
	"getter":   getter,
	"pollute":  pollute,
}

func main() {
	if len(os.Args) < 2 || commands[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, "guest: no such command")
		os.Exit(64)
	}
	commands[os.Args[1]](os.Args[2:])
}

func args(a []string) {
	fmt.Printf("%q\n", a)
	env := os.Environ()
	sort.Strings(env)
	for _, e := range env {
		fmt.Println(len(e), e[:min(len(e), 40)])
	}
	wd, err := os.Getwd()
	fmt.Println(wd, err, os.Getpid() > 0, os.Getuid())
}

func exit(a []string) {
	code, _ := strconv.Atoi(a[0])
	fmt.Print("no newline")
	os.Exit(code)
}

func cat([]string) {
	n, err := io.Copy(os.Stdout, os.Stdin)
	fmt.Fprintln(os.Stderr, n, err)
}

// both reads lines while another goroutine prints: a read that waits must not hold it up.
func both([]string) {
	done := make(chan bool)
	go func() {
		for i := range 3 {
			time.Sleep(5 * time.Millisecond)
			fmt.Println("tick", i)
		}
		close(done)
	}()
	lines := make(chan string)
	go func() {
		s := bufio.NewScanner(os.Stdin)
		for s.Scan() {
			lines <- s.Text()
		}
		close(lines)
	}()
	<-done
	fmt.Println("ready")
	for l := range lines {
		fmt.Println("line", l)
	}
}

func sleep(a []string) {
	d, _ := time.ParseDuration(a[0])
	start := time.Now()
	time.Sleep(d)
	fmt.Println(time.Since(start) >= d)
}

func timers([]string) {
	var wg sync.WaitGroup
	var mu sync.Mutex
	var order []int
	for i := range 20 {
		wg.Add(1)
		time.AfterFunc(time.Duration(i)*3*time.Millisecond, func() {
			defer wg.Done()
			mu.Lock()
			order = append(order, i)
			mu.Unlock()
		})
	}
	wg.Wait()
	tick := time.NewTicker(2 * time.Millisecond)
	for range 5 {
		<-tick.C
	}
	tick.Stop()
	select {
	case <-time.After(time.Millisecond):
		fmt.Println(sort.IntsAreSorted(order), len(order))
	case <-make(chan int):
	}
}

func random([]string) {
	b := make([]byte, 100_000)
	n, err := rand.Read(b)
	zero := strings.Count(string(b), "\x00")
	fmt.Println(n, err, zero > 200 && zero < 700)
}

func deep(n int) int {
	if n == 0 {
		return 0
	}
	return 1 + deep(n-1)
}

func alloc([]string) {
	var keep [][]byte
	for i := range 64 {
		b := make([]byte, 1<<20)
		b[i] = byte(i)
		keep = append(keep, b)
		if i%16 == 0 {
			fmt.Println("allocated", i)
		}
	}
	fmt.Println(len(keep))
}

// flood writes from many goroutines at once.
func flood(a []string) {
	n, _ := strconv.Atoi(a[0])
	var wg sync.WaitGroup
	for i := range n {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for range 20 {
				fmt.Fprintf(os.Stdout, "%03d\n", i)
			}
		}()
	}
	wg.Wait()
	fmt.Fprintln(os.Stderr, "done")
}
