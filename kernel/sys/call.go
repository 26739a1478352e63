package sys

import "github.com/bushel-wasm/bushel/kernel/errno"

// A Request is one system call.
type Request struct {
	Op   Op
	Args [6]uint64
	Path string
	// Data is what the call sends. It is borrowed until the call ends.
	Data []byte
	// Given: Data is not borrowed but the callee's, which may keep it and is alone in having
	// it. It never crosses a link.
	Given bool
	// Dst, if it is not nil, is where a call that reads puts what it read, and
	// Reply.Data is then a part of it. It never crosses a link.
	Dst []byte
	// Lend: Reply.Data may be of what the [Caller] keeps, whatever Dst is; then it is to be
	// read only, and good until the next call. It never crosses a link.
	Lend bool
	// Aside: the process does not wait for the call, but computes meanwhile, or says by OpRest
	// that it waits.
	Aside bool
}

// A Reply is the end of a system call.
type Reply struct {
	Errno errno.Errno
	Vals  [3]uint64
	// Data belongs to the caller, unless it is a part of Request.Dst. Of a call that
	// failed it is a sentence that says why, or empty.
	Data []byte
}

// Err is the reply's error, nil if the call succeeded: an [errno.Errno], or an
// [*errno.Fault] if the reply says why.
func (r *Reply) Err() error {
	if r.Errno == 0 {
		return nil
	}
	return r.Errno.With(string(r.Data))
}

// Fail is a reply with the number that stands for err, and the sentence of an
// [errno.Fault].
func Fail(err error) Reply {
	r := Reply{Errno: errno.Of(err)}
	if why := errno.Why(err); why != "" {
		r.Data = []byte(why)
	}
	return r
}

// A Caller performs the system calls of one process. It may be used by several
// goroutines at once.
type Caller interface {
	// Syscall performs r and waits for its end. OpExit does not return.
	Syscall(r *Request) Reply

	// Start performs r without waiting, and calls done with its end exactly once:
	// before it returns, and then it reports true, or later, on whatever
	// goroutine completes it. r and its buffers are borrowed until then. done
	// must not block.
	Start(r *Request, done func(Reply)) bool
}
