package wasi

import (
	"slices"
	"strings"
	"time"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// Where a process's threads have workers of their own, the mirror of each knows
// nothing of what the others open and close. So the kernel is asked after each
// descriptor before a function looks at it.

// fdsOf is which parameters of a function are descriptors.
func fdsOf(name string) []int {
	switch {
	case name == "path_link":
		return []int{0, 4}
	case name == "path_rename":
		return []int{0, 3}
	case name == "path_symlink":
		return []int{2}
	case strings.HasPrefix(name, "path_"), strings.HasPrefix(name, "sock_"):
		return []int{0}
	case name == "fd_renumber":
		return []int{0, 1}
	case strings.HasPrefix(name, "fd_"):
		return []int{0}
	}
	return nil
}

// asking is call with a look at each of the descriptors before it.
func asking(fds []int, call function) function {
	if len(fds) == 0 {
		return call
	}
	next := asking(fds[1:], call)
	at := fds[0]
	then := func(a *ABI, s []uint64, r *sys.Reply) errno.Errno {
		a.refresh(uint32(s[at]), r)
		return next(a, s)
	}
	return func(a *ABI, s []uint64) errno.Errno {
		return a.ask(sys.OpGetFD, then, uint64(uint32(s[at])))
	}
}

// refresh makes the mirror say of fd what OpGetFD has answered. What only the
// mirror knows, the rights, is kept as long as the descriptor seems to be the same.
func (a *ABI) refresh(fd uint32, r *sys.Reply) {
	if r.Errno != 0 {
		a.fds.take(fd)
		return
	}
	flags, info := sys.OpenFlag(r.Vals[0]), sys.FDInfo(r.Vals[1])
	if d, e := a.get(uint64(fd), 0); e == 0 {
		if d.info.Type() == info.Type() && (d.flags^flags)&sys.OAccess == 0 && d.preopen == (flags&sys.OPreopen != 0) {
			a.fds.change(fd, func(d *descriptor) { d.flags = flags & (sys.OAccess | sys.OStatus) })
			return
		}
	}
	a.inherit([]sys.StartFD{{FD: fd, Flags: flags, Info: info, Name: string(r.Data)}})
}

// elsewhere makes the functions ask.
func (a *ABI) elsewhere(list []importable) []importable {
	list = slices.Clone(list)
	for i := range list {
		f := &list[i]
		fds := fdsOf(f.name)
		f.waits = f.waits || len(fds) > 0
		f.call = asking(fds, f.call)
		if f.old != nil {
			f.old = asking(fds, f.old)
		}
	}
	return list
}

// epoch is where the clocks of threads with ABIs of their own begin.
var epoch = time.Unix(0, 0)
