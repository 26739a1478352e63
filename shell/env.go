package shell

import (
	"errors"
	"slices"
	"strconv"
	"strings"

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

var errReadonly = errors.New("readonly variable")

// maxIndex bounds the subscripts of arrays.
const maxIndex = 1 << 40
