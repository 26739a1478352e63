package shell

import (
	"strconv"
	"strings"
	"time"

	"github.com/bushel-wasm/bushel/kernel/sys"
)

// lookup finds a parameter or a variable: a snapshot for those that are
// computed. It is nil for one that does not exist.
func (sh *shell) lookup(name string) *variable {
	if s, ok := sh.special(name); ok {
		return &variable{set: true, str: s}
	}
	switch name {
	case "PIPESTATUS":
		return listVariable(ints(sh.pipestatus))
	case "FUNCNAME":
		if len(sh.frames) == 0 {
			return nil
		}
		return listVariable(sh.frameNames())
	case "BASH_SOURCE":
		return listVariable(sh.frameSources())
	case "DIRSTACK":
		return listVariable(append([]string{sh.cwd}, sh.dirs...))
	case "GROUPS":
		return listVariable([]string{"0"})
	case "BASH_VERSINFO":
		return listVariable([]string{"5", "2", "15", "1", "release", "wasm32-bushel"})
	}
	name, _ = sh.deref(name)
	return sh.env.find(name)
}

func listVariable(list []string) *variable {
	return &variable{kind: indexed, set: true, arr: array{val: list}}
}

func ints(list []int) []string {
	out := make([]string, len(list))
	for i, n := range list {
		out[i] = itoa(n)
	}
	return out
}

// special computes the parameters that no assignment stores.
func (sh *shell) special(name string) (string, bool) {
	if len(name) == 1 {
		switch c := name[0]; c {
		case '?':
			return itoa(sh.status), true
		case '$':
			return itoa(sh.pid), true
		case '!':
			if sh.lastBackground == 0 {
				return "", false
			}
			return itoa(sh.lastBackground), true
		case '#':
			return itoa(len(sh.params)), true
		case '-':
			return sh.optionLetters(), true
		case '0':
			return sh.name, true
		case '_':
			return sh.lastArg, true
		}
	}
	if c := name[0]; '1' <= c && c <= '9' {
		n, err := strconv.Atoi(name)
		if err != nil || n > len(sh.params) {
			return "", false
		}
		return sh.params[n-1], true
	}
	if sh.lostSpecial[name] {
		return "", false
	}
	switch name {
	case "RANDOM":
		return itoa(sh.random()), true
	case "SRANDOM":
		return itoa(sh.random()<<16 | sh.random()), true
	case "SECONDS":
		return itoa(int(time.Since(sh.started)/time.Second) + sh.secondsBase), true
	case "EPOCHSECONDS":
		return strconv.FormatInt(time.Now().Unix(), 10), true
	case "EPOCHREALTIME":
		t := time.Now()
		return strconv.FormatInt(t.Unix(), 10) + "." + pad6(t.Nanosecond()/1000), true
	case "LINENO":
		return itoa(sh.line), true
	case "BASHPID":
		return itoa(sh.p.PID()), true
	case "BASH_SUBSHELL":
		return itoa(sh.subshells), true
	case "PPID":
		return itoa(sh.ppid), true
	case "UID", "EUID":
		return itoa(sys.UserID), true
	case "SHELLOPTS":
		return sh.optionNames(), true
	case "BASH_VERSION":
		return "5.2.15(1)-release", true
	case "HOSTTYPE":
		return "wasm32", true
	case "OSTYPE":
		return "bushel", true
	}
	return "", false
}

func pad6(n int) string {
	s := itoa(n)
	return strings.Repeat("0", 6-len(s)) + s
}

// random is the next RANDOM: a linear congruential generator, so that a seed
// gives the same numbers each time.
func (sh *shell) random() int {
	if sh.seed == 0 {
		sh.seed = uint32(time.Now().UnixNano()) | 1
	}
	sh.seed = sh.seed*1103515245 + 12345
	return int(sh.seed>>16) & 0x7fff
}

// get is the plain value of a variable, "" if it has none.
func (sh *shell) get(name string) string {
	s, _ := sh.getOK(name)
	return s
}

func (sh *shell) getOK(name string) (string, bool) {
	v := sh.lookup(name)
	if v == nil {
		return "", false
	}
	return v.value()
}
