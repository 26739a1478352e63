package shell

import (
	"mvdan.cc/sh/v3/syntax"

	"github.com/bushel-wasm/bushel/shell/paced"
)

// assignMode says how a declaration assigns.
type assignMode struct {
	kind  kind // with typed: what the variable becomes
	typed bool
	local bool
	// prepare sets attributes before the value is evaluated.
	prepare func(*variable)
}

// assign makes one assignment.
func (sh *shell) assign(as *syntax.Assign, mode assignMode) error {
	name := as.Name.Value
	sub := ""
	if !mode.local {
		name, sub = sh.deref(name)
		if name == "" {
			return &varError{as.Name.Value, "circular name reference"}
		}
	}
	v, err := sh.assignTarget(name, mode)
	if err != nil {
		return err
	}
	if v.readonly {
		return &varError{name, errReadonly.Error()}
	}
	if mode.typed && v.kind != mode.kind {
		sh.retype(v, mode.kind)
	}
	if mode.prepare != nil {
		mode.prepare(v)
	}
	switch {
	case as.Array != nil:
		return sh.assignArray(name, v, as)
	case as.Index != nil:
		s, err := sh.assignText(as.Value)
		if err != nil {
			return err
		}
		if v.kind == assoc {
			key, err := sh.subscript(as.Index)
			if err != nil {
				return err
			}
			return sh.putAssoc(v, key, s, as.Append)
		}
		n, err := sh.arith(as.Index)
		if err != nil {
			return err
		}
		return sh.putIndexed(name, v, int(n), s, as.Append)
	}
	s, err := sh.assignText(as.Value)
	if err != nil {
		return err
	}
	return sh.assignPlain(name, sub, v, s, as.Append)
}

func (sh *shell) assignPlain(name, sub string, v *variable, s string, add bool) error {
	if sub != "" {
		return sh.setElem(name, sub, s, add)
	}
	if add {
		s = sh.appended(v, first(v.value()), s)
	}
	s, err := sh.convert(v, s)
	if err != nil {
		return err
	}
	sh.store(name, v, s)
	if sh.lostSpecial != nil {
		delete(sh.lostSpecial, "")
	}
	return nil
}

func (sh *shell) assignTarget(name string, mode assignMode) (*variable, error) {
	if mode.local {
		return sh.localVariable(name), nil
	}
	return sh.writable(name)
}

// localVariable is the variable of that name in the function at hand.
func (sh *shell) localVariable(name string) *variable {
	s := sh.env.function()
	if s == nil {
		s = sh.env.global()
	}
	v := s.vars[name]
	if v == nil {
		v = &variable{}
		if outer := sh.env.find(name); outer != nil {
			v.exported = outer.exported
			v.readonly = outer.readonly && s.fn
		}
		s.vars[name] = v
	}
	return v
}

// retype turns a variable into one of another kind.
func (sh *shell) retype(v *variable, k kind) {
	switch {
	case k == indexed && v.kind == scalar:
		v.toIndexed()
	case k == assoc && v.kind == scalar:
		v.kind = assoc
		v.m = map[string]string{}
		if v.set {
			v.m["0"] = v.str
		}
	}
	if v.set && k == assoc && v.kind == indexed {
		return // bash refuses to convert; so nothing is lost
	}
	v.kind = k
}

// An arrayElem is an element of name=(…): one with a subscript, or the words that another
// gives.
type arrayElem struct {
	subscripted bool
	key         string            // of an associative array
	index       syntax.ArithmExpr // of any other
	vals        []string
}

// assignArray does name=(…) and name+=(…).
func (sh *shell) assignArray(name string, v *variable, as *syntax.Assign) error {
	// The values are evaluated before the array changes: they may use it.
	list := make([]arrayElem, 0, len(as.Array.Elems))
	for _, e := range as.Array.Elems {
		el, err := sh.arrayElem(e, v.kind == assoc)
		if err != nil {
			return err
		}
		list = append(list, el)
	}
	if v.kind == assoc {
		return sh.fillAssoc(v, list, as.Append)
	}
	return sh.fillIndexed(name, v, list, as.Append)
}

func (sh *shell) arrayElem(e *syntax.ArrayElem, isAssoc bool) (el arrayElem, err error) {
	if e.Index == nil {
		el.vals, err = sh.fields(e.Value)
		return el, err
	}
	s, err := sh.assignText(e.Value)
	if err != nil {
		return el, err
	}
	el.subscripted, el.index, el.vals = true, e.Index, []string{s}
	if isAssoc {
		el.key, err = sh.subscript(e.Index)
	}
	return el, err
}

// fillAssoc puts elements into an associative array, anew unless add says so. Those without
// a subscript are keys and values in turn.
func (sh *shell) fillAssoc(v *variable, list []arrayElem, add bool) error {
	if !add || v.m == nil {
		v.m = map[string]string{}
	}
	v.set = true
	var words []string
	for _, e := range list {
		if e.subscripted {
			if err := sh.putAssoc(v, e.key, e.vals[0], false); err != nil {
				return err
			}
		} else if words == nil {
			words = e.vals
		} else {
			for _, s := range e.vals {
				words = paced.Append(words, s, sh.work)
			}
		}
	}
	for i := 0; i < len(words); i += 2 {
		if !sh.work(32) {
			return errInterrupted
		}
		val := ""
		if i+1 < len(words) {
			val = words[i+1]
		}
		if err := sh.putAssoc(v, words[i], val, false); err != nil {
			return err
		}
	}
	return nil
}

// fillIndexed puts elements into an indexed array, anew unless add says so, one behind the
// other from the last subscript on.
func (sh *shell) fillIndexed(name string, v *variable, list []arrayElem, add bool) error {
	if add {
		v.toIndexed()
	} else {
		v.kind, v.str, v.arr = indexed, "", array{}
	}
	v.set = true
	next := v.arr.end()
	for _, e := range list {
		if e.subscripted {
			n, err := sh.arith(e.index)
			if err != nil {
				return err
			}
			if next = int(n); next < 0 {
				next += v.arr.end()
			}
		}
		for _, s := range e.vals {
			if !sh.work(16) {
				return errInterrupted
			}
			if err := sh.putIndexed(name, v, next, s, false); err != nil {
				return err
			}
			next++
		}
	}
	return nil
}

var kindNames = [...]string{scalar: "scalar", indexed: "indexed", assoc: "associative"}
