package trace

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/bushel-wasm/bushel/kernel/sys"
)

// form says how the arguments of a call are printed: words of a kind and the number of
// the argument.
//
//	d fd    D dirfd, of which the working directory is left out    p path    b data, with its length
//	n number    i signed number    o permissions    O OpenFlags    w Whence    s signal
//	W WaitFlags    t nanoseconds    x bits    S SpawnAttr    M MountAttr    P PollFDs    q data as a name
var forms = [sys.NumOps]string{
	sys.OpExit: "n0", sys.OpOpen: "D0 p O1 o2", sys.OpClose: "d0", sys.OpRead: "d0 n1", sys.OpWrite: "d0 b",
	sys.OpPRead: "d0 n1 n2", sys.OpPWrite: "d0 b n2", sys.OpSeek: "d0 i1 w2", sys.OpFStat: "d0", sys.OpStat: "D0 p",
	sys.OpFSetAttr: "d0", sys.OpSetAttr: "D0 p", sys.OpAllocate: "d0 n1 n2", sys.OpSync: "d0", sys.OpReadDir: "d0 n1 n2",
	sys.OpMkdir: "D0 p o2", sys.OpRmdir: "D0 p", sys.OpUnlink: "D0 p", sys.OpRename: "D0 p D1 q", sys.OpLink: "D0 p D1 q",
	sys.OpSymlink: "q D0 p", sys.OpReadlink: "D0 p", sys.OpDup: "d0 i1", sys.OpRenumber: "d0 d1", sys.OpGetFD: "d0",
	sys.OpSetFD: "d0 O1", sys.OpPoll: "P t0", sys.OpPTY: "n0 n1", sys.OpTTYGet: "d0", sys.OpTTYSet: "d0 x1 x2",
	sys.OpChdir: "p", sys.OpUmask: "o0", sys.OpSpawn: "S", sys.OpWait: "i0 W1", sys.OpKill: "i0 s1", sys.OpSetPGID: "n0 n1",
	sys.OpStatfs: "p", sys.OpMount: "p M", sys.OpUnmount: "p", sys.OpPipeJoin: "d0", sys.OpPipeReturn: "n0 n1 n2",
	sys.OpRest: "n0", sys.OpFeed: "d0 n1", sys.OpLoan: "n0 n1", sys.OpListen: "n0 n1", sys.OpAccept: "d0", sys.OpConnect: "n0", sys.OpShutdown: "d0 n1",
	sys.OpRecv: "d0 n1 n2", sys.OpNames: "D0 p n1",
}

// Args is the arguments of a system call as a trace prints them.
func Args(r *sys.Request) string {
	if r.Op >= sys.NumOps {
		return fmt.Sprintf("%d", r.Op)
	}
	var list []string
	for word := range strings.FieldsSeq(forms[r.Op]) {
		var n uint64
		if len(word) > 1 {
			n = r.Args[word[1]-'0']
		}
		if text, ok := arg(word[0], n, r); ok {
			list = append(list, text)
		}
	}
	return strings.Join(list, ", ")
}

// arg prints an argument of a call by what it is.
func arg(kind byte, n uint64, r *sys.Request) (text string, ok bool) {
	switch kind {
	case 'd', 'n':
		return strconv.FormatUint(n, 10), true
	case 'D':
		return strconv.FormatUint(n, 10), n != sys.AtCwd
	case 'p':
		return quote([]byte(r.Path)), true
	case 'b':
		return quote(r.Data) + ", " + strconv.Itoa(len(r.Data)), true
	case 'q':
		return quote(r.Data), true
	case 'i':
		return strconv.FormatInt(int64(n), 10), true
	case 'o':
		return fmt.Sprintf("%#o", n), true
	case 'O':
		return openFlags(sys.OpenFlag(n)), true
	case 'w':
		return name(n, "SEEK_SET", "SEEK_CUR", "SEEK_END"), true
	case 's':
		if s := sys.Signal(n); n < sys.NumSignals && s.Valid() {
			return "SIG" + s.Name(), true
		}
		return strconv.FormatUint(n, 10), true
	case 'W':
		return bits(n, "WNOHANG", "WUNTRACED", "WCONTINUED"), true
	case 't':
		if n == ^uint64(0) {
			return "-1", true
		}
		return time.Duration(min(n, 1<<62)).String(), true
	case 'S':
		return spawnAttr(r.Data), true
	case 'M':
		a, err := sys.DecodeMountAttr(r.Data)
		return fmt.Sprintf("{type=%q, source=%q, options=%q}", a.Type, a.Source, a.Options), err == nil
	case 'P':
		return pollFDs(r.Data, false), true
	}
	return fmt.Sprintf("%#x", n), true
}

// MaxText is how much of a text a trace prints.
const MaxText = 64

// quote is data as a trace prints it: the beginning, as a string of C.
func quote(data []byte) string {
	more := ""
	if len(data) > MaxText {
		data, more = data[:MaxText], "..."
	}
	return strconv.QuoteToASCII(string(data)) + more
}

func name(n uint64, names ...string) string {
	if n < uint64(len(names)) {
		return names[n]
	}
	return strconv.FormatUint(n, 10)
}

// bits is a set of flags by their names, which stand in the order of the bits.
func bits(n uint64, names ...string) string {
	var list []string
	for i, name := range names {
		if n&(1<<i) != 0 {
			list = append(list, name)
			n &^= 1 << i
		}
	}
	switch {
	case n != 0:
		list = append(list, fmt.Sprintf("%#x", n))
	case len(list) == 0:
		return "0"
	}
	return strings.Join(list, "|")
}

// openFlags has the access mode first, as strace does.
func openFlags(f sys.OpenFlag) string {
	access := [...]string{"O_PATH", "O_RDONLY", "O_WRONLY", "O_RDWR"}[f&sys.OAccess]
	rest := uint64(f&^sys.OAccess) >> 2
	if rest == 0 {
		return access
	}
	return access + "|" + bits(rest, "O_APPEND", "O_CREAT", "O_EXCL", "O_TRUNC", "O_DIRECTORY", "O_NONBLOCK", "O_DSYNC", "O_RSYNC", "O_SYNC", "O_CLOEXEC", "O_PREOPEN")
}

func spawnAttr(data []byte) string {
	a, err := sys.DecodeSpawnAttr(data)
	if err != nil {
		return "?"
	}
	argv := make([]string, 0, len(a.Argv))
	for _, s := range a.Argv {
		if len(argv) == 8 {
			argv = append(argv, "...")
			break
		}
		argv = append(argv, quote([]byte(s)))
	}
	return fmt.Sprintf("%s, [%s], %v /* %d variables */", quote([]byte(a.Path)), strings.Join(argv, ", "), a.FDs, len(a.Env))
}

// pollFDs is the list of a poll: what is wanted, or only what is the case.
func pollFDs(data []byte, ready bool) string {
	list, err := sys.DecodePoll(data)
	if err != nil {
		return "?"
	}
	var out []string
	for _, p := range list {
		ev := p.Events
		if ready {
			ev = p.Revents
		}
		if ready && ev == 0 {
			continue
		}
		out = append(out, fmt.Sprintf("{fd=%d, %s}", p.FD, bits(uint64(ev), "POLLIN", "POLLOUT", "POLLHUP", "POLLERR", "POLLNVAL")))
		if len(out) == 16 && len(list) > 16 {
			out = append(out, "...")
			break
		}
	}
	return "[" + strings.Join(out, ", ") + "]"
}
