// Shout serves the connections of a socket that it begins with, several at once, and
// sends back what it gets in capitals: run --listen 7000 shout.wasm 3. It ends after so
// many connections, and says that it has served them.
package main

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"
)

func main() {
	if err := serve(); err != nil {
		fmt.Fprintln(os.Stderr, "shout:", err)
		os.Exit(1)
	}
}

func serve() error {
	fd, err := strconv.Atoi(os.Getenv("LISTEN_FDS_START"))
	if err != nil {
		return fmt.Errorf("no socket (start it by run --listen PORT)")
	}
	count := 1
	if len(os.Args) > 1 {
		if count, err = strconv.Atoi(os.Args[1]); err != nil {
			return err
		}
	}
	listener, err := net.FileListener(os.NewFile(uintptr(fd), "socket"))
	if err != nil {
		return err
	}
	var group sync.WaitGroup
	for range count {
		conn, err := listener.Accept()
		if err != nil {
			return err
		}
		group.Go(func() {
			defer conn.Close()
			for lines := bufio.NewScanner(conn); lines.Scan(); {
				fmt.Fprintln(conn, strings.ToUpper(lines.Text()))
			}
		})
	}
	group.Wait()
	fmt.Println("served", count)
	return nil
}
