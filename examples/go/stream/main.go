// Command stream is stream.c in Go: it writes and checks a stream of bytes in which every
// gap and every swap shows.
//
//	stream pour BYTES [SIZE]   writes BYTES in pieces of SIZE
//	stream check               reads to the end and says how much was right
package main

import (
	"fmt"
	"os"
	"strconv"
)

func byteAt(i int32) byte { return byte(i*31 ^ i>>8*7 ^ i>>16) }

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "stream:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	switch {
	case len(args) > 1 && args[0] == "pour":
		total, err := strconv.Atoi(args[1])
		if err != nil {
			return err
		}
		size := 1 << 16
		if len(args) > 2 {
			if size, err = strconv.Atoi(args[2]); err != nil {
				return err
			}
		}
		return pour(total, max(size, 1))
	case len(args) == 1 && args[0] == "check":
		return check()
	}
	return fmt.Errorf("usage: stream pour BYTES [SIZE] | check")
}

func pour(total, size int) error {
	buf := make([]byte, size)
	for at := 0; at < total; at += len(buf) {
		buf = buf[:min(len(buf), total-at)]
		for i := range buf {
			buf[i] = byteAt(int32(at + i))
		}
		if _, err := os.Stdout.Write(buf); err != nil {
			return err
		}
	}
	return nil
}

func check() error {
	buf := make([]byte, 1<<16)
	for at := 0; ; {
		n, err := os.Stdin.Read(buf)
		for i, b := range buf[:n] {
			if b != byteAt(int32(at+i)) {
				return fmt.Errorf("byte %d is another's", at+i)
			}
		}
		at += n
		if err != nil {
			fmt.Println(at, "bytes")
			return nil
		}
	}
}
