package shell

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/shell/paced"
)

// scope is one level of variables: the global one, a function's, or that of
// the assignments before a command.
type scope struct {
	vars map[string]*variable
	fn   bool // a function's: "local" makes variables here
}

// environment is the shell's variables, with bash's dynamic scoping.
type environment struct {
	scopes []*scope // the last is the innermost
}

func newEnvironment() environment {
	return environment{scopes: []*scope{{vars: map[string]*variable{}}}}
}

func (e *environment) clone(work paced.Work) environment {
	c := environment{scopes: make([]*scope, len(e.scopes))}
	for i, s := range e.scopes {
		n := &scope{vars: make(map[string]*variable, len(s.vars)), fn: s.fn}
		for name, v := range s.vars {
			n.vars[name] = v.clone(work)
		}
		c.scopes[i] = n
	}
	return c
}

func (e *environment) push(fn bool) *scope {
	s := &scope{vars: map[string]*variable{}, fn: fn}
	e.scopes = append(e.scopes, s)
	return s
}

func (e *environment) pop() { e.scopes = e.scopes[:len(e.scopes)-1] }

// find is the innermost variable of that name, or nil.
func (e *environment) find(name string) *variable {
	for i := len(e.scopes) - 1; i >= 0; i-- {
		if v := e.scopes[i].vars[name]; v != nil {
			return v
		}
	}
	return nil
}

func (e *environment) global() *scope { return e.scopes[0] }

// function is the innermost scope of a function, or nil.
func (e *environment) function() *scope {
	for i := len(e.scopes) - 1; i >= 0; i-- {
		if e.scopes[i].fn {
			return e.scopes[i]
		}
	}
	return nil
}

// unset removes the innermost variable of that name. A function's local stays
// as a name without a value, so that the outer one does not shine through.
func (e *environment) unset(name string) {
	for i := len(e.scopes) - 1; i >= 0; i-- {
		s := e.scopes[i]
		if v := s.vars[name]; v != nil {
			if s.fn {
				s.vars[name] = &variable{}
			} else {
				delete(s.vars, name)
			}
			return
		}
	}
}

// names are the names of all variables that are declared, sorted.
func (e *environment) names() []string {
	seen := map[string]bool{}
	var list []string
	for _, s := range e.scopes {
		for name := range s.vars {
			if !seen[name] {
				seen[name] = true
				list = append(list, name)
			}
		}
	}
	slices.Sort(list)
	return list
}

// exported is the environment for a program, sorted.
func (e *environment) exported() []string {
	seen := map[string]bool{}
	var list []string
	for _, s := range slices.Backward(e.scopes) {
		for name, v := range s.vars {
			if seen[name] || len(e.scopes) == 1 && !v.exported {
				continue
			}
			seen[name] = true
			if s, ok := v.value(); ok && v.exported && v.kind == scalar {
				list = append(list, name+"="+s)
			}
		}
	}
	slices.Sort(list)
	return list
}

// maxRefs is how many name references are followed before they are a circle.
const maxRefs = 32

// deref follows name references. The subscript that a reference may carry
// ("declare -n r=a[1]") is returned apart.
func (sh *shell) deref(name string) (string, string) {
	for range maxRefs {
		v := sh.env.find(name)
		if v == nil || !v.nameref || v.str == "" {
			return name, ""
		}
		base, sub, ok := cutSubscript(v.str)
		if ok {
			return base, sub
		}
		name = v.str
	}
	return "", ""
}

// cutSubscript splits "name[sub]".
func cutSubscript(s string) (name, sub string, ok bool) {
	i := strings.IndexByte(s, '[')
	if i <= 0 || !strings.HasSuffix(s, "]") || !validName(s[:i]) {
		return s, "", false
	}
	return s[:i], s[i+1 : len(s)-1], true
}

func validName(s string) bool {
	for i := range len(s) {
		c := s[i]
		if c != '_' && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return s != ""
}

func itoa(n int) string { return strconv.Itoa(n) }

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

var errReadonly = errors.New("readonly variable")

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

// set gives a variable a plain value.
func (sh *shell) set(name, value string) error {
	name, sub := sh.deref(name)
	if sub != "" {
		return sh.setElem(name, sub, value, false)
	}
	v, err := sh.writable(name)
	if err != nil {
		return err
	}
	if value, err = sh.convert(v, value); err != nil {
		return err
	}
	sh.store(name, v, value)
	return nil
}

func (sh *shell) store(name string, v *variable, value string) {
	switch v.kind {
	case indexed:
		v.arr.put(0, value, sh.work)
	case assoc:
		if v.m == nil {
			v.m = map[string]string{}
		}
		v.m["0"] = value
	default:
		v.str = value
	}
	v.set = true
	sh.assigned(name, value)
}

// assigned is told of each assignment to a variable that means something to
// the shell itself.
func (sh *shell) assigned(name, value string) {
	switch name {
	case "RANDOM":
		n, _ := strconv.ParseUint(value, 10, 32)
		sh.seed = uint32(n) | 1
	case "SECONDS":
		sh.secondsBase, _ = strconv.Atoi(value)
		sh.started = time.Now()
	case "OPTIND":
		sh.optPlace = 0
	case "PATH":
		clear(sh.hashed)
	}
}

// convert applies the integer and case attributes to a value.
func (sh *shell) convert(v *variable, value string) (string, error) {
	if v.integer {
		n, err := sh.evalString(value)
		if err != nil {
			return "", err
		}
		return strconv.FormatInt(n, 10), nil
	}
	if v.lower {
		return strings.ToLower(value), nil
	}
	if v.upper {
		return strings.ToUpper(value), nil
	}
	return value, nil
}

// writable is the variable to assign to, made in the global scope if there is
// none.
func (sh *shell) writable(name string) (*variable, error) {
	v := sh.env.find(name)
	if v == nil {
		v = &variable{}
		if sh.opt.allexport {
			v.exported = true
		}
		sh.env.global().vars[name] = v
	}
	if v.readonly {
		return nil, &varError{name, errReadonly.Error()}
	}
	if sh.opt.allexport {
		v.exported = true
	}
	return v, nil
}

// varError is the failure of an assignment: the command at hand is not run.
type varError struct{ name, text string }

func (e *varError) Error() string { return e.name + ": " + e.text }

// setElem assigns to the element sub, an unevaluated subscript, of an array.
func (sh *shell) setElem(name, sub, value string, add bool) error {
	v, err := sh.writable(name)
	if err != nil {
		return err
	}
	if v.kind == assoc {
		return sh.putAssoc(v, sub, value, add)
	}
	if sub == "@" || sub == "*" {
		return &varError{name + "[" + sub + "]", "bad array subscript"}
	}
	n, err := sh.evalString(sub)
	if err != nil {
		return err
	}
	return sh.putIndexed(name, v, int(n), value, add)
}

// maxIndex bounds the subscripts of arrays.
const maxIndex = 1 << 40

func (sh *shell) putIndexed(name string, v *variable, i int, value string, add bool) error {
	v.toIndexed()
	if i < 0 {
		i += v.arr.end()
	}
	if i < 0 || i > maxIndex {
		return &varError{name + "[" + itoa(i) + "]", "bad array subscript"}
	}
	if add {
		value = sh.appended(v, first(v.arr.get(i)), value)
	}
	value, err := sh.convert(v, value)
	if err != nil {
		return err
	}
	v.arr.put(i, value, sh.work)
	v.set = true
	return nil
}

func (sh *shell) putAssoc(v *variable, key, value string, add bool) error {
	if add {
		value = sh.appended(v, v.m[key], value)
	}
	value, err := sh.convert(v, value)
	if err != nil {
		return err
	}
	if v.m == nil {
		v.m = map[string]string{}
	}
	v.m[key] = value
	v.set = true
	return nil
}

// appended is what "+=" makes: a sum for an integer, else the two strings.
func (sh *shell) appended(v *variable, old, value string) string {
	if v.integer {
		return "(" + orZero(old) + ")+(" + orZero(value) + ")"
	}
	return old + value
}

func orZero(s string) string {
	if s == "" {
		return "0"
	}
	return s
}

func first[T any](v T, _ bool) T { return v }

// toIndexed turns a scalar into an array with that one element.
func (v *variable) toIndexed() {
	if v.kind != scalar {
		return
	}
	v.kind = indexed
	if v.set {
		v.arr.put(0, v.str, nil)
	}
	v.str = ""
}

// setList makes a variable an indexed array of list.
func (sh *shell) setList(name string, list []string) error {
	name, _ = sh.deref(name)
	v, err := sh.writable(name)
	if err != nil {
		return err
	}
	v.kind, v.set, v.str = indexed, true, ""
	v.arr = array{val: list}
	return nil
}
