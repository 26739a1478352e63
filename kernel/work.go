package kernel

import "github.com/bushel-wasm/bushel/kernel/sys"

// WorkSlice is how many units of [Process.Work] a program does before it gives a
// turn to others: in a page some 0.3 ms.
const WorkSlice = 32 << 10

// Work says that the program is about to do n units of work, or has just done
// them, where one unit is what it takes to look at a byte or to copy a few: some
// ten nanoseconds in a page. After each [WorkSlice] of them it makes the system
// call that does nothing, so that a step that computes over megabytes without any
// call of its own lets others run ([Config.Yield]), stops with its process, and, as
// all calls, does not return if the process has been ended. It reports whether it
// did.
//
// It is for programs in the kernel, whose goroutines may all call it, in pieces of not much
// more than a slice.
func (p *Process) Work(n int) (turned bool) {
	if p.worked.Add(int64(n)) < WorkSlice {
		return false
	}
	p.worked.Store(0)
	p.Syscall(&sys.Request{Op: sys.OpGetPID})
	return true
}
