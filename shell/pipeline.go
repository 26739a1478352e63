package shell

import (
	"mvdan.cc/sh/v3/syntax"

	"github.com/bushel-wasm/bushel/kernel/sys"
)

// pipeline runs a | b | c, each in a process of its own.
func (sh *shell) pipeline(cm *syntax.BinaryCmd) {
	pl := place{group: sh.monitor, foreground: sh.monitor}
	j := sh.launchPipeline(cm, &pl)
	if j == nil {
		return
	}
	sh.releaseStdin()
	sh.waitForeground(j)
}

// element is one command of a pipeline; both is |& after it.
type pipeElement struct {
	st   *syntax.Stmt
	both bool
}

func elements(cm *syntax.BinaryCmd) []pipeElement {
	var list []pipeElement
	var walk func(st *syntax.Stmt, both bool)
	walk = func(st *syntax.Stmt, both bool) {
		b, ok := st.Cmd.(*syntax.BinaryCmd)
		if ok && (b.Op == syntax.Pipe || b.Op == syntax.PipeAll) && len(st.Redirs) == 0 && !st.Negated {
			walk(b.X, b.Op == syntax.PipeAll)
			walk(b.Y, both)
			return
		}
		list = append(list, pipeElement{st, both})
	}
	walk(cm.X, cm.Op == syntax.PipeAll)
	walk(cm.Y, false)
	return list
}

func (sh *shell) launchPipeline(cm *syntax.BinaryCmd, pl *place) *job {
	list := elements(cm)
	j := &job{stmt: &syntax.Stmt{Cmd: cm}}
	in := -1
	for i, e := range list {
		r, w := -1, -1
		if i < len(list)-1 {
			var err error
			if r, w, err = sh.f.Pipe(); err != nil {
				sh.errorf("pipe: %s", reason(err))
				sh.status = 1
				if in >= 0 {
					_ = sh.f.Close(in)
				}
				break
			}
		}
		pid, status := sh.launch(e.st, in, w, e.both, pl)
		if in >= 0 {
			_ = sh.f.Close(in)
		}
		if w >= 0 {
			_ = sh.f.Close(w)
		}
		in = r
		j.procs = append(j.procs, proc{pid: pid, done: pid == 0, status: sys.Exited(uint8(status))})
	}
	j.pgid = pl.pgid
	return j
}
