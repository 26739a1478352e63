package shell

import (
	"maps"
	"slices"
	"strings"

	"github.com/bushel-wasm/bushel/kernel/sys"
)

// traps are the commands for signals and events, and the signals that have come.
type traps struct {
	commands map[string]string // "EXIT", "ERR", "DEBUG", "RETURN", "INT" …; "" ignores
	caught   []caught
	running  map[string]bool
	pending  []sys.Signal
	// What a subshell shows for "trap -p": its parent's, which do not act.
	inherited bool
}

type caught struct {
	sig sys.Signal
	ch  <-chan sys.Signal
}

func (t *traps) has(name string) bool {
	_, ok := t.commands[name]
	return ok && !t.inherited
}

// forChild is what a subshell begins with: ignored signals stay ignored, all
// else is back at its default.
func (t *traps) forChild() traps {
	c := traps{commands: map[string]string{}, inherited: false}
	for name, cmd := range t.commands {
		if cmd == "" || name == "ERR" || name == "DEBUG" {
			c.commands[name] = cmd
		}
	}
	return c
}

// apply gives the signals of a forked process their actions.
func (t *traps) apply(sh *shell) {
	if !sh.opt.errtrace {
		delete(t.commands, "ERR")
	}
	if !sh.opt.functrace {
		delete(t.commands, "DEBUG")
	}
	for name, cmd := range t.commands {
		if sig, ok := sys.SignalByName(name); ok && cmd == "" {
			sh.p.Ignore(sig)
		}
	}
}

// hide takes away the traps that a function does not inherit.
func (t *traps) hide(sh *shell) map[string]string {
	var hidden map[string]string
	take := func(name string) {
		if cmd, ok := t.commands[name]; ok {
			if hidden == nil {
				hidden = map[string]string{}
			}
			hidden[name] = cmd
			delete(t.commands, name)
		}
	}
	if !sh.opt.errtrace {
		take("ERR")
	}
	if !sh.opt.functrace {
		take("DEBUG")
		take("RETURN")
	}
	return hidden
}

func (t *traps) unhide(hidden map[string]string) {
	for name, cmd := range hidden {
		if _, ok := t.commands[name]; !ok {
			t.commands[name] = cmd
		}
	}
}

// events are the traps that are no signals.
var events = []string{"EXIT", "DEBUG", "ERR", "RETURN"}

// trapName reads what a trap is set for.
func trapName(s string) (string, bool) {
	if s == "0" {
		return "EXIT", true
	}
	name := strings.TrimPrefix(strings.ToUpper(s), "SIG")
	if slices.Contains(events, name) {
		return name, true
	}
	sig, ok := sys.SignalByName(s)
	return sig.Name(), ok
}

// setTrap sets, ignores ("") or, with reset, forgets a trap.
func (sh *shell) setTrap(name, command string, reset bool) {
	if sh.traps.commands == nil {
		sh.traps.commands = map[string]string{}
	}
	if reset {
		delete(sh.traps.commands, name)
	} else {
		sh.traps.commands[name] = command
	}
	if name == "EXIT" {
		sh.watchDeath()
		return
	}
	sig, ok := sys.SignalByName(name)
	if !ok || sig == sys.SIGKILL || sig == sys.SIGSTOP {
		return
	}
	sh.disposition(sig)
}

// disposition tells the kernel what is to become of a signal.
func (sh *shell) disposition(sig sys.Signal) {
	sh.traps.caught = slices.DeleteFunc(sh.traps.caught, func(c caught) bool { return c.sig == sig })
	command, trapped := sh.traps.commands[sig.Name()]
	switch {
	case trapped && command == "":
		sh.p.Ignore(sig)
	case trapped, sh.interactive && sig == sys.SIGINT, sh.dies(sig):
		sh.traps.caught = append(sh.traps.caught, caught{sig, sh.p.Catch(sig)})
	case sh.interactive && sig == sys.SIGTTOU:
		sh.p.Ignore(sig) // so that the shell can take the terminal back
	case sh.interactive && slices.Contains(promptSignals, sig):
		// Caught and dropped, not ignored: children inherit what is ignored.
		sh.traps.caught = append(sh.traps.caught, caught{sig, sh.p.Catch(sig)})
	default:
		sh.p.Default(sig)
	}
}

// promptSignals are those that an interactive shell does not die or stop of.
var promptSignals = []sys.Signal{sys.SIGINT, sys.SIGTERM, sys.SIGQUIT, sys.SIGTSTP, sys.SIGTTIN, sys.SIGTTOU}

// bequeath gives SIGTTOU back its default for a child that is about to begin,
// and returns what undoes it.
func (sh *shell) bequeath() func() {
	if !sh.atPrompt {
		return func() {}
	}
	if _, trapped := sh.traps.commands[sys.SIGTTOU.Name()]; trapped {
		return func() {}
	}
	p := sh.p // a clone that was forked is the child's when this is undone
	p.Default(sys.SIGTTOU)
	return func() { p.Ignore(sys.SIGTTOU) }
}

var deadly = []sys.Signal{sys.SIGHUP, sys.SIGINT, sys.SIGTERM}

// dies reports whether a signal must be caught because an EXIT trap is to run
// before the shell dies of it.
func (sh *shell) dies(sig sys.Signal) bool {
	return sh.traps.commands["EXIT"] != "" && slices.Contains(deadly, sig)
}

func (sh *shell) watchDeath() {
	for _, sig := range deadly {
		if _, ok := sh.traps.commands[sig.Name()]; !ok {
			sh.disposition(sig)
		}
	}
}

// collect takes the signals that have come from their channels.
func (sh *shell) collect() {
	for _, c := range sh.traps.caught {
		for {
			select {
			case sig := <-c.ch:
				sh.traps.pending = append(sh.traps.pending, sig)
				continue
			default:
			}
			break
		}
	}
}

// signals acts on the signals that have come. It is called between commands and
// when a call was interrupted.
func (sh *shell) signals() {
	if len(sh.traps.caught) == 0 {
		return
	}
	sh.cut = false
	sh.collect()
	for len(sh.traps.pending) > 0 {
		sig := sh.traps.pending[0]
		sh.traps.pending = sh.traps.pending[1:]
		command, trapped := sh.traps.commands[sig.Name()]
		switch {
		case trapped && command != "":
			sh.runCommands(sig.Name(), command)
		case trapped:
		case sh.interactive && sig == sys.SIGINT:
			sh.interrupted = true
			sh.status = 130
			sh.flow = flowAbort
		case sh.dies(sig):
			sh.dying = sig
			sh.status = 128 + int(sig)
			sh.flow = flowExit
		}
	}
}

// runTrap runs the trap of an event, if there is one.
func (sh *shell) runTrap(name string) {
	if len(sh.traps.commands) == 0 {
		return
	}
	if command := sh.traps.commands[name]; command != "" {
		sh.runCommands(name, command)
	}
}

func (sh *shell) debugTrap() { sh.runTrap("DEBUG") }

// runCommands runs a trap, which leaves no trace in $? unless it exits. A trap
// does not run within itself.
func (sh *shell) runCommands(name, command string) {
	if sh.traps.running[name] {
		return
	}
	if sh.traps.running == nil {
		sh.traps.running = map[string]bool{}
	}
	sh.traps.running[name] = true
	status, pipestatus, flow, levels, cond := sh.status, sh.pipestatus, sh.flow, sh.levels, sh.condition
	sh.flow, sh.condition = flowNone, 0
	sh.eval(command)
	delete(sh.traps.running, name)
	sh.condition = cond
	switch sh.flow {
	case flowExit:
		return
	case flowReturn:
		if name != "EXIT" {
			return
		}
	}
	sh.status, sh.pipestatus, sh.flow, sh.levels = status, pipestatus, flow, levels
}

// end runs the EXIT trap and is the shell's exit code.
func (sh *shell) end(status int) int {
	sh.status = status
	if command := sh.traps.commands["EXIT"]; command != "" {
		delete(sh.traps.commands, "EXIT")
		sh.flow = flowNone
		sh.runCommands("EXIT", command)
	}
	if sh.dying != 0 {
		sh.p.Default(sh.dying)
		_ = sh.f.Kill(sh.p.PID(), sh.dying)
	}
	return sh.status & 0xff
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
