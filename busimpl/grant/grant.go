// Package grant is how a service asks whether its caller may have what it asks for. What
// rules there are and how they are decided is in kernel/grant, whose rules hold for which
// process in package kernel; services get a function and know of neither.
package grant

import (
	"context"

	"github.com/bushel-wasm/bushel/bus"
)

// Check asks whether the caller of in may use a service on a target: nil if it may, else a
// [bus.Error] of the code permission_denied that names the missing grant and how to give
// it, with which the call is to be faulted. The services are those of [kernel/grant], such
// as "http"; a target is a host with or without its port ("example.com:8080"), a path from the root
// with no symbolic link left in it, the name of a program, or empty. A redirect to another
// host is another use.
//
// It may wait, since the user may have to be asked, until ctx is done: call it from a
// goroutine ([bus.Go]), not in ServeBus. It may be called by several goroutines at once.
type Check func(ctx context.Context, in *bus.Incoming, service, target string) error
