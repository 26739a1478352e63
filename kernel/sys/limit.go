package sys

// Limit is a bound on what a process may use; a Value of 0 is none.
type Limit struct {
	Kind  LimitKind
	Value uint64
}

// LimitKind says what a [Limit] bounds. Numbers are part of the link's protocol.
type LimitKind uint32

// The kinds of limits. The kernel says what each means for a process that meets it.
const (
	LimitOpenFiles    LimitKind = 1 + iota // fds
	LimitProcesses                         // of its session
	LimitFileSize                          // bytes of a file
	LimitMemory                            // bytes of a guest's memory
	LimitOutput                            // bytes of all writes
	LimitCPU                               // nanoseconds of processor time
	LimitPipe                              // bytes that a pipe holds
	LimitInstructions                      // of a guest
)
