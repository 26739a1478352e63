package shell

import (
	"strconv"
	"strings"
	"time"
)

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
