//go:build !unix

package main

import (
	"os"
	"os/signal"

	"github.com/bushel-wasm/bushel/kernel/sys"
)

// notify has interrupts sent to c: there are no others that every system has.
func notify(c chan os.Signal) (stop func()) {
	signal.Notify(c, os.Interrupt)
	return func() { signal.Stop(c) }
}

func isResize(os.Signal) bool { return false }

func guestSignal(sig os.Signal) (sys.Signal, bool) { return sys.SIGINT, sig == os.Interrupt }

// stopSelf does nothing where programs cannot be stopped.
func stopSelf() {}
