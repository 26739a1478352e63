package shell

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// resolved says what a command name stands for.
type resolved struct {
	fn      *function
	builtin *builtin
	path    string // of an external command
	err     error
	code    int // status if err is set
}

// resolve finds what name stands for.
func (sh *shell) resolve1(name string, functions bool) resolved {
	if fn := sh.funcs[name]; fn != nil && functions {
		return resolved{fn: fn}
	}
	if b := builtins[name]; b != nil && !sh.disabled[name] {
		return resolved{builtin: b}
	}
	path, code, err := sh.search(name)
	return resolved{path: path, err: err, code: code}
}

// simple runs a simple command: assignments, words, redirections.
func (sh *shell) simple(st *syntax.Stmt, call *syntax.CallExpr) {
	if text, name, ok := sh.aliasText(st, call); ok {
		sh.expandAlias(name, text)
		return
	}
	sh.debugTrap()
	if sh.flow != flowNone {
		return
	}
	sh.substCode = -1
	args, err := sh.fields(call.Args...)
	if err != nil {
		sh.failed(err)
		return
	}
	if len(args) == 0 {
		sh.assignments(st, call)
		return
	}
	saved, err := sh.redirect(st.Redirs)
	if err != nil {
		sh.restore(saved)
		sh.errorf("%s", message(err))
		sh.status = 1
		sh.lastArg = args[len(args)-1]
		if isFatal(err) {
			sh.failed(err)
		}
		return
	}
	temps, err := sh.temporaries(call.Assigns)
	if err != nil {
		sh.restore(saved)
		sh.failed(err)
		return
	}
	if sh.opt.xtrace {
		sh.traceCall(call.Assigns, temps, args)
	}
	sh.run(args, temps, st, true)
	if args[0] == "exec" && sh.execKeeps {
		sh.execKeeps = false
		sh.commit(saved)
	} else {
		sh.restore(saved)
	}
	sh.lastArg = args[len(args)-1]
}

// assignments runs a command without a name.
func (sh *shell) assignments(st *syntax.Stmt, call *syntax.CallExpr) {
	saved, err := sh.redirect(st.Redirs)
	defer sh.restore(saved)
	if err != nil {
		sh.failed(err)
		return
	}
	for _, as := range call.Assigns {
		if err := sh.assign(as, assignMode{}); err != nil {
			sh.failed(err)
			return
		}
		if sh.opt.xtrace {
			sh.trace(sh.traceAssign(as))
		}
	}
	sh.status = max(sh.substCode, 0)
	sh.lastArg = ""
}

// temporaries evaluates the assignments before a command.
func (sh *shell) temporaries(list []*syntax.Assign) (*scope, error) {
	if len(list) == 0 {
		return nil, nil
	}
	tmp := sh.env.push(false)
	defer sh.env.pop()
	for _, as := range list {
		name := as.Name.Value
		if as.Array != nil || as.Index != nil {
			continue // bash hands no arrays to a command
		}
		outer := sh.env.find(name)
		if outer != nil && outer.readonly {
			return nil, &varError{name, errReadonly.Error()}
		}
		v := &variable{exported: true, set: true}
		if outer != nil {
			v.integer, v.lower, v.upper = outer.integer, outer.lower, outer.upper
		}
		s, err := sh.assignText(as.Value)
		if err != nil {
			return nil, err
		}
		if as.Append && outer != nil {
			s = sh.appended(v, first(outer.value()), s)
		}
		if s, err = sh.convert(v, s); err != nil {
			return nil, err
		}
		v.str = s
		tmp.vars[name] = v
	}
	return tmp, nil
}

// run runs a command that has been expanded, with temps in its environment. st
// is the text for the table of jobs.
func (sh *shell) run(args []string, temps *scope, st *syntax.Stmt, functions bool) {
	r := sh.resolve1(args[0], functions)
	if temps != nil {
		sh.env.scopes = append(sh.env.scopes, temps)
		defer func() {
			for i, s := range sh.env.scopes {
				if s == temps {
					sh.env.scopes = append(sh.env.scopes[:i], sh.env.scopes[i+1:]...)
					break
				}
			}
			if _, ok := temps.vars["PATH"]; ok {
				clear(sh.hashed)
			}
		}()
		if _, ok := temps.vars["PATH"]; ok && r.fn == nil && r.builtin == nil {
			clear(sh.hashed)
			r = sh.resolve1(args[0], functions)
		}
	}
	switch {
	case r.fn != nil:
		sh.callFunction(r.fn, args)
	case r.builtin != nil:
		sh.status = sh.runBuiltin(r.builtin, args)
	case r.err != nil:
		sh.unresolved(r.err)
		sh.status = r.code
	default:
		sh.foreground(args, r.path, st)
	}
}

// runBuiltin runs a builtin and hands out what it has buffered.
func (sh *shell) runBuiltin(b *builtin, args []string) int {
	c := &call{sh: sh, name: args[0], args: args[1:]}
	status := b.run(c)
	if err := c.flush(); err != nil {
		sh.errorf("%s: write error: %s", args[0], reason(err))
		if status == 0 {
			status = 1
		}
	}
	return status
}

// aliasText is the text that replaces a command whose name is an alias.
func (sh *shell) aliasText(st *syntax.Stmt, call *syntax.CallExpr) (text, name string, ok bool) {
	if len(sh.alias) == 0 || len(call.Args) == 0 || len(call.Assigns) > 0 {
		return "", "", false
	}
	if on, _ := sh.shoptOn("expand_aliases"); !on && !sh.interactive {
		return "", "", false
	}
	name = call.Args[0].Lit()
	value, ok := sh.alias[name]
	if !ok || name == "" || sh.expanding[name] {
		return "", "", false
	}
	text = value
	args := call.Args[1:]
	for strings.HasSuffix(text, " ") && len(args) > 0 {
		next, ok := sh.alias[args[0].Lit()]
		if !ok {
			break
		}
		text += next
		args = args[1:]
	}
	rest := *st
	rest.Negated, rest.Background, rest.Comments = false, false, nil
	if len(args) > 0 {
		rest.Cmd = &syntax.CallExpr{Args: args}
	} else {
		rest.Cmd = nil
	}
	if rest.Cmd != nil || len(rest.Redirs) > 0 {
		var b strings.Builder
		if err := syntax.NewPrinter().Print(&b, &rest); err != nil {
			return "", "", false
		}
		text += " " + b.String()
	}
	return text, name, true
}

func (sh *shell) expandAlias(name, text string) {
	if sh.expanding == nil {
		sh.expanding = map[string]bool{}
	}
	sh.expanding[name] = true
	sh.eval(text)
	delete(sh.expanding, name)
}

// trace prints what set -x shows.
func (sh *shell) trace(words ...string) {
	if !sh.opt.xtrace {
		return
	}
	sh.opt.xtrace = false
	ps4 := sh.prompt(sh.get("PS4"))
	sh.opt.xtrace = true
	if ps4 != "" {
		ps4 = strings.Repeat(ps4[:1], sh.substs) + ps4
	}
	_ = sh.write(2, ps4+strings.Join(words, " ")+"\n")
}

func (sh *shell) traceCall(assigns []*syntax.Assign, temps *scope, args []string) {
	for _, as := range assigns {
		if v := temps.vars[as.Name.Value]; v != nil {
			sh.trace(as.Name.Value + "=" + sh.quoteIfNeeded(v.str))
		}
	}
	words := make([]string, len(args))
	for i, a := range args {
		words[i] = sh.traceQuote(a)
	}
	sh.trace(words...)
}

// traceAssign is an assignment that has been made, as set -x shows it.
func (sh *shell) traceAssign(as *syntax.Assign) string {
	if as.Array != nil || as.Index != nil || as.Append {
		return sh.nodeText(&syntax.CallExpr{Assigns: []*syntax.Assign{as}})
	}
	return as.Name.Value + "=" + sh.quoteIfNeeded(sh.get(as.Name.Value))
}
