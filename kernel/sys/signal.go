package sys

import "strconv"

// Signal is a signal's number. The numbers are Linux's.
type Signal uint8

// The signals.
const (
	SIGHUP   Signal = 1
	SIGINT   Signal = 2
	SIGQUIT  Signal = 3
	SIGILL   Signal = 4
	SIGTRAP  Signal = 5
	SIGABRT  Signal = 6
	SIGBUS   Signal = 7
	SIGFPE   Signal = 8
	SIGKILL  Signal = 9
	SIGUSR1  Signal = 10
	SIGSEGV  Signal = 11
	SIGUSR2  Signal = 12
	SIGPIPE  Signal = 13
	SIGALRM  Signal = 14
	SIGTERM  Signal = 15
	SIGCHLD  Signal = 17
	SIGCONT  Signal = 18
	SIGSTOP  Signal = 19
	SIGTSTP  Signal = 20
	SIGTTIN  Signal = 21
	SIGTTOU  Signal = 22
	SIGURG   Signal = 23
	SIGXCPU  Signal = 24
	SIGXFSZ  Signal = 25
	SIGWINCH Signal = 28
	SIGSYS   Signal = 31

	// NumSignals is one more than the highest number.
	NumSignals = 32
)

// Action is what a signal does to a process that says nothing of it.
type Action uint8

// The default actions.
const (
	ActTerminate Action = iota
	ActIgnore
	ActStop
	ActContinue
)

var signals = [NumSignals]struct {
	name, text string
	action     Action
}{
	SIGHUP:   {"HUP", "Hangup", ActTerminate},
	SIGINT:   {"INT", "Interrupt", ActTerminate},
	SIGQUIT:  {"QUIT", "Quit", ActTerminate},
	SIGILL:   {"ILL", "Illegal instruction", ActTerminate},
	SIGTRAP:  {"TRAP", "Trace/breakpoint trap", ActTerminate},
	SIGABRT:  {"ABRT", "Aborted", ActTerminate},
	SIGBUS:   {"BUS", "Bus error", ActTerminate},
	SIGFPE:   {"FPE", "Floating point exception", ActTerminate},
	SIGKILL:  {"KILL", "Killed", ActTerminate},
	SIGUSR1:  {"USR1", "User defined signal 1", ActTerminate},
	SIGSEGV:  {"SEGV", "Segmentation fault", ActTerminate},
	SIGUSR2:  {"USR2", "User defined signal 2", ActTerminate},
	SIGPIPE:  {"PIPE", "Broken pipe", ActTerminate},
	SIGALRM:  {"ALRM", "Alarm clock", ActTerminate},
	SIGTERM:  {"TERM", "Terminated", ActTerminate},
	SIGCHLD:  {"CHLD", "Child exited", ActIgnore},
	SIGCONT:  {"CONT", "Continued", ActContinue},
	SIGSTOP:  {"STOP", "Stopped (signal)", ActStop},
	SIGTSTP:  {"TSTP", "Stopped", ActStop},
	SIGTTIN:  {"TTIN", "Stopped (tty input)", ActStop},
	SIGTTOU:  {"TTOU", "Stopped (tty output)", ActStop},
	SIGURG:   {"URG", "Urgent I/O condition", ActIgnore},
	SIGXCPU:  {"XCPU", "CPU time limit exceeded", ActTerminate},
	SIGXFSZ:  {"XFSZ", "File size limit exceeded", ActTerminate},
	SIGWINCH: {"WINCH", "Window changed", ActIgnore},
	SIGSYS:   {"SYS", "Bad system call", ActTerminate},
}

// Name is the signal's name without "SIG", such as "INT".
func (s Signal) Name() string {
	if int(s) < NumSignals && signals[s].name != "" {
		return signals[s].name
	}
	return strconv.Itoa(int(s))
}

// String is the message that a shell prints for a process that the signal ended.
func (s Signal) String() string {
	if int(s) < NumSignals && signals[s].text != "" {
		return signals[s].text
	}
	return "Signal " + strconv.Itoa(int(s))
}

// Default is the signal's default action.
func (s Signal) Default() Action {
	if int(s) < NumSignals {
		return signals[s].action
	}
	return ActTerminate
}

// Valid reports whether there is such a signal.
func (s Signal) Valid() bool { return int(s) < NumSignals && signals[s].name != "" }

// SignalByName finds a signal by "INT", "SIGINT" (in any case) or "2".
func SignalByName(name string) (Signal, bool) {
	if n, err := strconv.ParseUint(name, 10, 8); err == nil {
		return Signal(n), Signal(n).Valid()
	}
	upper := make([]byte, 0, len(name))
	for i := range len(name) {
		c := name[i]
		if 'a' <= c && c <= 'z' {
			c -= 'a' - 'A'
		}
		upper = append(upper, c)
	}
	key := string(upper)
	if len(key) > 3 && key[:3] == "SIG" {
		key = key[3:]
	}
	for i := range signals {
		if signals[i].name == key && key != "" {
			return Signal(i), true
		}
	}
	return 0, false
}

// WaitStatus is how a process ended or what became of it.
type WaitStatus uint32

// The forms of a WaitStatus: an exit code in bits 0–7, or a signal in bits 8–15.
const (
	statusStopped   WaitStatus = 1 << 16
	statusContinued WaitStatus = 1 << 17
)

// Exited is the status of a process that exited with code.
func Exited(code uint8) WaitStatus { return WaitStatus(code) }

// Signaled is the status of a process that sig ended.
func Signaled(sig Signal) WaitStatus { return WaitStatus(sig) << 8 }

// Stopped is the status of a process that sig stopped.
func Stopped(sig Signal) WaitStatus { return WaitStatus(sig)<<8 | statusStopped }

// Continued is the status of a process that goes on after a stop.
func Continued() WaitStatus { return statusContinued }

// Signal is the signal that ended or stopped the process, or 0.
func (w WaitStatus) Signal() Signal { return Signal(w >> 8) }

// Stopped reports whether the process has only been stopped.
func (w WaitStatus) Stopped() bool { return w&statusStopped != 0 }

// Continued reports whether the process goes on after a stop.
func (w WaitStatus) Continued() bool { return w&statusContinued != 0 }

// Code is the shell's exit code: the program's own, or 128 plus the signal.
func (w WaitStatus) Code() int {
	if s := w.Signal(); s != 0 {
		return 128 + int(s)
	}
	return int(w & 0xff)
}
