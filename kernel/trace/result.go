package trace

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/bushel-wasm/bushel/kernel/sys"
)

// Result is the end of a system call as a trace prints it.
func Result(op sys.Op, r *sys.Reply) (text string, failed bool) {
	if r.Errno != 0 {
		text := fmt.Sprintf("-1 %s (%s)", r.Errno.Name(), r.Errno.Error())
		if len(r.Data) > 0 {
			text += ": " + strings.Trim(quote(r.Data), `"`)
		}
		return text, true
	}
	n := strconv.FormatUint(r.Vals[0], 10)
	switch op {
	case sys.OpRead, sys.OpPRead, sys.OpRecv:
		return fmt.Sprintf("%d %s", len(r.Data), quote(r.Data)), false
	case sys.OpGetcwd, sys.OpReadlink:
		return quote(r.Data), false
	case sys.OpStat, sys.OpFStat:
		st, err := sys.DecodeStat(r.Data)
		if err != nil {
			return "?", false
		}
		return fmt.Sprintf("{%s, mode=%#o, size=%d}", fileType(st.Type), st.Mode&0o7777, st.Size), false
	case sys.OpPipe, sys.OpPTY:
		return fmt.Sprintf("[%d, %d]", r.Vals[0], r.Vals[1]), false
	case sys.OpWait:
		if r.Vals[0] == 0 {
			return "0", false
		}
		return n + " " + status(sys.WaitStatus(r.Vals[1])), false
	case sys.OpPoll:
		return pollFDs(r.Data, true), false
	case sys.OpUmask:
		return fmt.Sprintf("%#o", r.Vals[0]), false
	case sys.OpGetFD:
		return openFlags(sys.OpenFlag(r.Vals[0])), false
	case sys.OpReadDir, sys.OpMounts, sys.OpPS:
		return fmt.Sprintf("%d bytes", len(r.Data)), false
	}
	return n, false
}

func fileType(t sys.FileType) string {
	switch t {
	case sys.TypeRegular:
		return "S_IFREG"
	case sys.TypeDirectory:
		return "S_IFDIR"
	case sys.TypeSymlink:
		return "S_IFLNK"
	case sys.TypeCharDevice:
		return "S_IFCHR"
	case sys.TypeFIFO:
		return "S_IFIFO"
	case sys.TypeSocket, sys.TypeSocketDgram:
		return "S_IFSOCK"
	}
	return "type " + strconv.Itoa(int(t))
}

func status(w sys.WaitStatus) string {
	switch {
	case w.Stopped():
		return "[stopped by " + "SIG" + w.Signal().Name() + "]"
	case w.Continued():
		return "[continued]"
	case w.Signal() != 0:
		return "[ended by " + "SIG" + w.Signal().Name() + "]"
	}
	return "[code " + strconv.Itoa(w.Code()) + "]"
}
