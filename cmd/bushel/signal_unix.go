//go:build unix

package main

import (
	"os"
	"os/signal"
	"syscall"

	"github.com/bushel-wasm/bushel/kernel/sys"
)

var passedOn = map[os.Signal]sys.Signal{
	syscall.SIGHUP: sys.SIGHUP, syscall.SIGINT: sys.SIGINT, syscall.SIGQUIT: sys.SIGQUIT,
	syscall.SIGTERM: sys.SIGTERM, syscall.SIGUSR1: sys.SIGUSR1, syscall.SIGUSR2: sys.SIGUSR2,
}

// notify has the signals that concern the program sent to c. A reader that is gone
// is an error of the write and no signal.
func notify(c chan os.Signal) (stop func()) {
	signal.Ignore(syscall.SIGPIPE)
	signal.Notify(c, syscall.SIGWINCH)
	for sig := range passedOn {
		signal.Notify(c, sig)
	}
	return func() { signal.Stop(c) }
}

func isResize(sig os.Signal) bool { return sig == syscall.SIGWINCH }

// guestSignal is the kernel's signal for one of the host's.
func guestSignal(sig os.Signal) (sys.Signal, bool) {
	n, ok := passedOn[sig]
	return n, ok
}

// stopSelf stops this program as Ctrl-Z does, and returns when it goes on. The stop
// may come only after kill has returned, so the wait is for what ends it.
func stopSelf() {
	goOn := make(chan os.Signal, 1)
	signal.Notify(goOn, syscall.SIGCONT)
	defer signal.Stop(goOn)
	if err := syscall.Kill(syscall.Getpid(), syscall.SIGSTOP); err == nil {
		<-goOn
	}
}
