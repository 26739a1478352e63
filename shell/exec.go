package shell

import (
	"mvdan.cc/sh/v3/syntax"
)

// stmts runs a list of commands.
func (sh *shell) stmts(list []*syntax.Stmt) {
	for _, st := range list {
		if st == nil { // the parser puts one where it met an error
			continue
		}
		sh.stmt(st)
		if sh.flow != flowNone {
			return
		}
	}
}

// tested runs commands whose status is looked at, so that -e does not count.
func (sh *shell) tested(list []*syntax.Stmt) bool {
	sh.condition++
	sh.stmts(list)
	sh.condition--
	return sh.status == 0
}

// stmt runs one command with its redirections.
func (sh *shell) stmt(st *syntax.Stmt) {
	if !sh.step() || sh.opt.noexec && !sh.interactive {
		return
	}
	if !sh.enter() {
		return
	}
	defer sh.leave()
	if st.Cmd != nil {
		sh.line = int(st.Cmd.Pos().Line())
	}
	if st.Background || st.Disown {
		sh.background(st)
		sh.status = 0
		return
	}
	if st.Coprocess {
		sh.failed(&arithError{"coprocesses are not supported"})
		return
	}
	if st.Negated {
		sh.condition++
	}
	files := len(sh.substFiles)
	outer := sh.final
	sh.final = st == sh.lastStmt
	sh.redirected(st)
	sh.final = outer
	sh.closeSubsts(files)
	if st.Negated {
		sh.condition--
		if sh.flow == flowNone {
			sh.status = int(truth(sh.status == 0))
		}
		return
	}
	sh.checkExit(st)
}

// checkExit is what follows a failure: the ERR trap, and the end under set -e.
// Compound commands are left out, their parts have been through here.
func (sh *shell) checkExit(st *syntax.Stmt) {
	if sh.status == 0 || sh.condition > 0 || sh.flow != flowNone {
		return
	}
	switch cm := st.Cmd.(type) {
	case *syntax.BinaryCmd:
		if cm.Op == syntax.AndStmt || cm.Op == syntax.OrStmt {
			return
		}
	case *syntax.Block, *syntax.IfClause, *syntax.WhileClause, *syntax.ForClause, *syntax.CaseClause, *syntax.FuncDecl:
		if len(st.Redirs) == 0 || !sh.redirFailed {
			return
		}
	}
	sh.redirFailed = false
	sh.runTrap("ERR")
	if sh.opt.errexit && sh.flow == flowNone {
		sh.flow = flowExit
	}
}

// redirected runs a command within its redirections. A simple command sees to
// its own, since it expands its words first.
func (sh *shell) redirected(st *syntax.Stmt) {
	if call, ok := st.Cmd.(*syntax.CallExpr); ok {
		sh.simple(st, call)
		return
	}
	if len(st.Redirs) == 0 {
		sh.command(st.Cmd)
		return
	}
	saved, err := sh.redirect(st.Redirs)
	if err != nil {
		sh.failed(err)
		sh.redirFailed = true
	} else if st.Cmd != nil {
		sh.command(st.Cmd)
	} else {
		sh.status = 0
	}
	sh.restore(saved)
}

// command runs what is not a simple command.
func (sh *shell) command(cmd syntax.Command) {
	switch cm := cmd.(type) {
	case nil:
	case *syntax.Block:
		sh.stmts(cm.Stmts)
	case *syntax.Subshell:
		sh.subshell(cm)
	case *syntax.BinaryCmd:
		sh.binary(cm)
	case *syntax.IfClause:
		sh.ifClause(cm)
	case *syntax.WhileClause:
		sh.while(cm)
	case *syntax.ForClause:
		sh.forClause(cm)
	case *syntax.CaseClause:
		sh.caseClause(cm)
	case *syntax.FuncDecl:
		sh.define(cm)
	case *syntax.ArithmCmd:
		sh.debugTrap()
		sh.trace("((", sh.arithText(cm.X), "))")
		sh.arithStatus(cm.X)
	case *syntax.LetClause:
		sh.debugTrap()
		for _, x := range cm.Exprs {
			sh.arithStatus(x)
			if sh.flow != flowNone {
				return
			}
		}
	case *syntax.TestClause:
		sh.debugTrap()
		sh.testClause(cm)
	case *syntax.DeclClause:
		sh.debugTrap()
		sh.declClause(cm)
	case *syntax.TimeClause:
		sh.timeClause(cm)
	default:
		sh.failed(&arithError{"this command is not supported: " + sh.nodeText(cm)})
	}
}

// arithStatus evaluates ((…)): the status is 0 if the value is not.
func (sh *shell) arithStatus(x syntax.ArithmExpr) {
	n, err := sh.arith(x)
	if err != nil {
		sh.errorf("%s", message(err))
		sh.status = 1
		if isFatal(err) {
			sh.flow = flowAbort
			if !sh.interactive {
				sh.flow = flowExit
			}
		}
		return
	}
	sh.status = int(truth(n == 0))
}

func (sh *shell) binary(cm *syntax.BinaryCmd) {
	switch cm.Op {
	case syntax.Pipe, syntax.PipeAll:
		sh.pipeline(cm)
	default:
		// A list of many && nests to the left: go down without recursion.
		var rest []*syntax.BinaryCmd
		x := cm
		for {
			rest = append(rest, x)
			left, ok := x.X.Cmd.(*syntax.BinaryCmd)
			if !ok || (left.Op != syntax.AndStmt && left.Op != syntax.OrStmt) || x.X.Negated || len(x.X.Redirs) > 0 || x.X.Background {
				break
			}
			x = left
		}
		sh.condition++
		sh.stmt(x.X)
		sh.condition--
		for i := len(rest) - 1; i >= 0 && sh.flow == flowNone; i-- {
			b := rest[i]
			if (sh.status == 0) != (b.Op == syntax.AndStmt) {
				continue
			}
			if i > 0 {
				sh.condition++
			}
			sh.stmt(b.Y)
			if i > 0 {
				sh.condition--
			}
		}
	}
}

func (sh *shell) ifClause(cm *syntax.IfClause) {
	for c := cm; c != nil; c = c.Else {
		if len(c.Cond) > 0 {
			ok := sh.tested(c.Cond)
			if sh.flow != flowNone {
				return
			}
			if !ok {
				continue
			}
		}
		sh.stmts(c.Then)
		return
	}
	sh.status = 0
}

// body runs the commands of a loop once and reports whether it goes on.
func (sh *shell) body(list []*syntax.Stmt) bool {
	sh.loops++
	sh.stmts(list)
	sh.loops--
	return sh.again()
}

// again handles break and continue at the end of a turn of a loop.
func (sh *shell) again() bool {
	switch sh.flow {
	case flowNone:
		return true
	case flowBreak:
		if sh.levels--; sh.levels <= 0 || sh.loops == 0 {
			sh.flow = flowNone
		}
		return false
	case flowContinue:
		if sh.levels--; sh.levels <= 0 || sh.loops == 0 {
			sh.flow = flowNone
			return true
		}
	}
	return false
}

func (sh *shell) while(cm *syntax.WhileClause) {
	status := 0
	for sh.step() {
		sh.loops++
		ok := sh.tested(cm.Cond)
		sh.loops--
		if sh.flow != flowNone {
			if sh.again() {
				continue
			}
			break
		}
		if ok == cm.Until {
			break
		}
		goesOn := sh.body(cm.Do)
		status = sh.status
		if !goesOn {
			break
		}
	}
	if sh.flow == flowNone {
		sh.status = status
	}
}

func (sh *shell) forClause(cm *syntax.ForClause) {
	switch loop := cm.Loop.(type) {
	case *syntax.CStyleLoop:
		sh.forArith(cm, loop)
	case *syntax.WordIter:
		items := sh.params
		if loop.InPos.IsValid() {
			var err error
			if items, err = sh.fields(loop.Items...); err != nil {
				sh.failed(err)
				return
			}
		}
		if cm.Select {
			sh.selectLoop(cm, loop.Name.Value, items)
			return
		}
		sh.status = 0
		for _, item := range items {
			if !sh.step() {
				return
			}
			sh.debugTrap()
			if sh.opt.xtrace {
				sh.trace(append([]string{"for", loop.Name.Value, "in"}, sh.wordTexts(loop.Items)...)...)
			}
			if err := sh.set(loop.Name.Value, item); err != nil {
				sh.failed(err)
				return
			}
			if !sh.body(cm.Do) {
				return
			}
		}
	}
}

func (sh *shell) wordTexts(words []*syntax.Word) []string {
	list := make([]string, len(words))
	for i, w := range words {
		list[i] = sh.nodeText(w)
	}
	return list
}

func (sh *shell) forArith(cm *syntax.ForClause, loop *syntax.CStyleLoop) {
	eval := func(x syntax.ArithmExpr, empty int64) (int64, bool) {
		if x == nil {
			return empty, true
		}
		n, err := sh.arith(x)
		if err != nil {
			sh.failed(err)
		}
		return n, err == nil
	}
	status := 0
	if _, ok := eval(loop.Init, 0); !ok {
		return
	}
	for sh.step() {
		n, ok := eval(loop.Cond, 1)
		if !ok {
			return
		}
		if n == 0 {
			break
		}
		goesOn := sh.body(cm.Do)
		status = sh.status
		if !goesOn {
			break
		}
		if _, ok := eval(loop.Post, 0); !ok {
			return
		}
	}
	if sh.flow == flowNone {
		sh.status = status
	}
}

func (sh *shell) caseClause(cm *syntax.CaseClause) {
	subject, err := sh.literal(cm.Word)
	if err != nil {
		sh.failed(err)
		return
	}
	if sh.opt.xtrace {
		sh.trace("case", sh.nodeText(cm.Word), "in")
	}
	sh.status = 0
	through := false
	for _, item := range cm.Items {
		if !through {
			ok, err := sh.caseMatch(item, subject)
			if err != nil {
				sh.failed(err)
				return
			}
			if !ok {
				continue
			}
		}
		sh.stmts(item.Stmts)
		if sh.flow != flowNone {
			return
		}
		switch item.Op {
		case syntax.Fallthrough:
			through = true
		case syntax.Resume:
			through = false
		default:
			return
		}
	}
}

func (sh *shell) caseMatch(item *syntax.CaseItem, subject string) (bool, error) {
	for _, w := range item.Patterns {
		pat, err := sh.pattern(w)
		if err != nil {
			return false, err
		}
		if sh.patterns.compile(pat, sh.shopt["nocasematch"]).match(subject) {
			return true, nil
		}
		if sh.cut {
			return false, errInterrupted
		}
	}
	return false, nil
}

func (sh *shell) define(cm *syntax.FuncDecl) {
	if cm.Name == nil || cm.Name.Value == "" {
		sh.failed(&arithError{"a function needs a name"})
		return
	}
	name := cm.Name.Value
	if old := sh.funcs[name]; old != nil && sh.readonlyFunc[name] {
		sh.failed(&varError{name, "readonly function"})
		return
	}
	sh.funcs[name] = &function{body: cm.Body, source: sh.script}
	sh.status = 0
}

// call runs a function of the shell with args[1:] as its parameters.
func (sh *shell) callFunction(fn *function, args []string) {
	limit := maxDepth
	if n, ok, _ := parseNumber(sh.get("FUNCNEST")); ok && n > 0 {
		limit = int(n)
	}
	if len(sh.frames) >= limit/4 && limit == maxDepth || len(sh.frames) >= limit {
		sh.errorf("%s: maximum function nesting level exceeded (%d)", args[0], len(sh.frames))
		sh.status = 1
		sh.flow = flowAbort
		return
	}
	params, loops, place := sh.params, sh.loops, sh.optPlace
	sh.params, sh.loops = args[1:], 0
	sh.frames = append(sh.frames, frame{args[0], fn.source})
	sh.env.push(true)
	hidden := sh.traps.hide(sh)
	sh.stmt(fn.body)
	if sh.flow == flowReturn {
		sh.flow = flowNone
	}
	sh.runTrap("RETURN")
	sh.traps.unhide(hidden)
	sh.env.pop()
	sh.frames = sh.frames[:len(sh.frames)-1]
	sh.params, sh.loops, sh.optPlace = params, loops, place
	// The status of a function is that of its last command, which has had its
	// own look at -e.
}
