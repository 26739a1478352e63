//go:build !wasip1

package main

import "os"

func openTTY() (*os.File, error) { return os.Open("/dev/tty") }

func standardInput() (*os.File, error) { return os.Stdin, nil }
