package bus

import (
	"context"
	"fmt"
)

// Device is the file by which a program of the kernel reaches the bus.
const Device = "/dev/bus"

// PackageBus is the package that stands for the bus itself.
const PackageBus = "bus"

// The methods of the package "bus".
const (
	// NameListen makes the caller the one who serves a package. The body, raw, is
	// how many calls it takes at once in 4 bytes, little endian, 0 for any number, and
	// then the package's name; an empty name is the one by which the bus started it.
	NameListen = "bus/1.Listen"
	// NameList answers with the packages that there are, as JSON.
	NameList = "bus/1.List"
)

// The numbers of those methods.
var (
	MethodListen = MethodOf(NameListen)
	MethodList   = MethodOf(NameList)
)

// Dial opens the bus for a program that runs on the kernel. One waiting call never
// stops the program's other goroutines.
func Dial(opt Options) (*Conn, error) {
	f, err := openDevice(Device)
	if err != nil {
		return nil, fmt.Errorf("the bus cannot be reached: %w", err)
	}
	return NewFileConn(f, opt), nil
}

// Listen opens the bus and serves the package name with opt.Handler, any number of calls
// at once. An empty name is the one by which the bus started the program, with the
// argument "bus". It returns when calls can come.
func Listen(ctx context.Context, name string, opt Options) (*Conn, error) {
	c, err := Dial(opt)
	if err != nil {
		return nil, err
	}
	if err := c.Listen(ctx, name, 0); err != nil {
		c.Close(nil)
		return nil, err
	}
	return c, nil
}

// Listen has this end of the link serve the package name, at most calls calls at a time,
// 0 for any number; see [NameListen].
func (c *Conn) Listen(ctx context.Context, name string, calls int) error {
	body := append(le.AppendUint32(nil, uint32(calls)), name...)
	_, err := c.Package(PackageBus).Invoke(ctx, &Request{Method: MethodListen, Body: body})
	return err
}

// Wait waits until the link has ended, and returns why; nil if it was closed.
func (c *Conn) Wait() error {
	<-c.Done()
	if err := c.Err(); err != ErrLinkClosed {
		return err
	}
	return nil
}
