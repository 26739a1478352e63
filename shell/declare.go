package shell

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// declared is one argument of a declaration: an option, a name, or an assignment.
type declared struct {
	name   string
	assign *syntax.Assign // nil for a bare name
	value  *string        // of an argument that came out of an expansion
	add    bool
	sub    string
}

// declClause runs declare, local, export, readonly and nameref as the parser
// found them, with arrays as values.
func (sh *shell) declClause(cm *syntax.DeclClause) {
	var opts []string
	var list []declared
	sh.substCode = -1
	for _, as := range cm.Args {
		if as.Name != nil && !as.Naked {
			list = append(list, declared{name: as.Name.Value, assign: as})
			continue
		}
		var words []string
		if as.Name != nil {
			words = []string{as.Name.Value}
			if as.Index != nil {
				words[0] += "[" + sh.arithText(as.Index) + "]"
			}
		} else {
			var err error
			if words, err = sh.fields(as.Value); err != nil {
				sh.failed(err)
				return
			}
		}
		for _, w := range words {
			if len(list) == 0 && len(w) > 1 && (w[0] == '-' || w[0] == '+') {
				opts = append(opts, w)
				continue
			}
			list = append(list, parseDeclared(w))
		}
	}
	if sh.opt.xtrace {
		words := []string{cm.Variant.Value}
		words = append(words, opts...)
		for _, d := range list {
			if d.assign != nil {
				words = append(words, sh.nodeText(&syntax.CallExpr{Assigns: []*syntax.Assign{d.assign}}))
			} else {
				words = append(words, d.name)
			}
		}
		sh.trace(words...)
	}
	c := &call{sh: sh, name: cm.Variant.Value}
	sh.status = sh.declare(c, opts, list)
	_ = c.flush()
}

// parseDeclared reads "name", "name=value", "name+=value" or "name[sub]=value".
func parseDeclared(w string) declared {
	name, value, ok := strings.Cut(w, "=")
	if !ok {
		return declared{name: w}
	}
	d := declared{value: &value}
	d.name, d.add = strings.CutSuffix(name, "+")
	if base, sub, ok := cutSubscript(d.name); ok {
		d.name, d.sub = base, sub
	}
	return d
}

// declOptions are the options of a declaration.
type declOptions struct {
	on, off                    map[byte]bool
	print, functions, global   bool
	names, isExport, isReadonl bool
	inherit                    bool
}

// declare is declare, local, export, readonly and nameref, whose options differ.
func (sh *shell) declare(c *call, opts []string, list []declared) int {
	o := declOptions{on: map[byte]bool{}, off: map[byte]bool{}}
	allowed := "aAfFgiIlnrtuxp"
	switch c.name {
	case "export":
		allowed, o.isExport = "fnp", true
	case "readonly":
		allowed, o.isReadonl = "aAfp", true
	case "nameref":
		o.on['n'] = true
	}
	for _, opt := range opts {
		if opt == "--" {
			break
		}
		for i := 1; i < len(opt); i++ {
			l := opt[i]
			if strings.IndexByte(allowed, l) < 0 {
				return c.usage(opt[:1]+string(l)+": invalid option", "["+allowed+"] [name[=value] ...]")
			}
			switch {
			case opt[0] == '+':
				o.off[l] = true
			case l == 'p':
				o.print = true
			case l == 'f':
				o.functions = true
			case l == 'F':
				o.functions, o.names = true, true
			case l == 'g':
				o.global = true
			case l == 'I':
				o.inherit = true
			default:
				o.on[l] = true
			}
		}
	}
	if c.name == "local" && sh.env.function() == nil {
		return c.fail("can only be used in a function")
	}
	if o.functions {
		return sh.declareFunctions(c, &o, list)
	}
	if len(list) == 0 {
		sh.printVariables(c, &o)
		return 0
	}
	status := 0
	for _, d := range list {
		if o.print && !o.isExport && !o.isReadonl {
			v := sh.lookup(d.name)
			if v2 := sh.env.find(d.name); v2 != nil && v2.nameref {
				v = v2
			}
			if v == nil {
				c.errorf("%s: not found", d.name)
				status = 1
				continue
			}
			c.print(sh.declareLine(d.name, v))
			continue
		}
		if err := sh.declareOne(c, &o, d); err != nil {
			c.errorf("%s", message(err))
			status = 1
			if isFatal(err) {
				sh.failed(err)
				return 1
			}
		}
	}
	return status
}

func (sh *shell) declareOne(c *call, o *declOptions, d declared) error {
	if base, _, ok := cutSubscript(d.name); ok {
		d.name = base
		o.on['a'] = true
	}
	if !validName(d.name) {
		text := d.name
		if d.value != nil {
			text += "=" + *d.value
		}
		return &varError{"`" + text + "'", "not a valid identifier"}
	}
	mode := assignMode{local: !o.global && !o.isExport && !o.isReadonl && sh.env.function() != nil}
	if o.isExport || o.isReadonl {
		d.name, _ = sh.deref(d.name)
	}
	switch {
	case o.on['A']:
		mode.typed, mode.kind = true, assoc
	case o.on['a']:
		mode.typed, mode.kind = true, indexed
	}
	if o.inherit && mode.local {
		if outer := sh.env.find(d.name); outer != nil {
			if s := sh.env.function(); s.vars[d.name] == nil {
				s.vars[d.name] = outer.clone(sh.work)
			}
		}
	}
	if o.global && sh.env.function() != nil {
		return sh.inGlobal(func() error { return sh.declareIn(o, d, mode) })
	}
	return sh.declareIn(o, d, mode)
}

// inGlobal runs f as if no function were under way, as declare -g does.
func (sh *shell) inGlobal(f func() error) error {
	scopes := sh.env.scopes
	sh.env.scopes = scopes[:1:1]
	err := f()
	sh.env.scopes = scopes
	return err
}

// declareIn declares one name.
func (sh *shell) declareIn(o *declOptions, d declared, mode assignMode) error {
	v, err := sh.declTarget(d.name, mode)
	if err != nil {
		return err
	}
	if v.readonly && (d.assign != nil || d.value != nil || o.off['r']) {
		return &varError{d.name, errReadonly.Error()}
	}
	if mode.typed && v.kind != mode.kind {
		if v.set && v.kind != scalar {
			return &varError{d.name, "cannot convert " + kindNames[v.kind] + " to " + kindNames[mode.kind] + " array"}
		}
		sh.retype(v, mode.kind)
	}
	if !v.readonly {
		setAttributes(v, o)
	}
	switch {
	case d.assign != nil:
		as := *d.assign
		if v.nameref {
			s, err := sh.assignText(as.Value)
			if err != nil {
				return err
			}
			if s == d.name {
				return &varError{d.name, "nameref variable self references not allowed"}
			}
			v.str, v.set = s, true
			break
		}
		as.Name = &syntax.Lit{Value: d.name}
		if err := sh.assign(&as, mode); err != nil {
			return err
		}
	case d.value != nil && v.nameref:
		v.str, v.set = *d.value, true
	case d.value != nil && d.sub != "":
		if err := sh.setElem(d.name, d.sub, *d.value, d.add); err != nil {
			return err
		}
	case d.value != nil:
		if err := sh.assignPlain(d.name, "", v, *d.value, d.add); err != nil {
			return err
		}
	}
	if o.isExport {
		v.exported = !o.on['n']
	}
	if o.isReadonl || o.on['r'] {
		v.readonly = true
	}
	return nil
}

func (sh *shell) declTarget(name string, mode assignMode) (*variable, error) {
	if mode.local {
		return sh.localVariable(name), nil
	}
	if v := sh.env.find(name); v != nil {
		return v, nil
	}
	return sh.writable(name)
}

func setAttributes(v *variable, o *declOptions) {
	if o.isExport || o.isReadonl {
		return
	}
	for _, a := range [...]struct {
		letter byte
		field  *bool
	}{{'i', &v.integer}, {'l', &v.lower}, {'u', &v.upper}, {'x', &v.exported}, {'n', &v.nameref}} {
		if o.on[a.letter] {
			*a.field = true
		}
		if o.off[a.letter] {
			*a.field = false
		}
	}
	if o.on['l'] {
		v.upper = false
	} else if o.on['u'] {
		v.lower = false
	}
}

func (sh *shell) declareLine(name string, v *variable) string {
	flags := v.flags()
	if flags == "" {
		flags = "-"
	}
	return "declare -" + flags + " " + sh.declaration(name, v, sh.doubleQuote) + "\n"
}

// printVariables lists variables, those with the wanted attributes.
func (sh *shell) printVariables(c *call, o *declOptions) {
	names := sh.env.names()
	if s := sh.env.function(); c.name == "local" && s != nil {
		names = names[:0]
		for _, n := range sh.env.names() {
			if s.vars[n] != nil {
				names = append(names, n)
			}
		}
	}
	wanted := len(o.on) > 0
	for _, name := range names {
		sh.work(64)
		v := sh.env.find(name)
		switch {
		case o.isExport && !v.exported, o.isReadonl && !v.readonly,
			o.on['x'] && !v.exported, o.on['r'] && !v.readonly, o.on['i'] && !v.integer,
			o.on['a'] && v.kind != indexed, o.on['A'] && v.kind != assoc, o.on['n'] && !v.nameref:
			continue
		}
		if o.print || o.isExport || o.isReadonl || wanted {
			c.print(sh.declareLine(name, v))
		} else if v.set {
			c.print(sh.declaration(name, v, sh.quoteIfNeeded) + "\n")
		}
	}
}

func (sh *shell) declareFunctions(c *call, o *declOptions, list []declared) int {
	if len(list) == 0 {
		for _, name := range sortedKeys(sh.funcs) {
			sh.printFunction(c, name, o.names, true)
		}
		return 0
	}
	status := 0
	for _, d := range list {
		if sh.funcs[d.name] == nil {
			status = 1
			continue
		}
		if o.isReadonl || o.on['r'] {
			if sh.readonlyFunc == nil {
				sh.readonlyFunc = map[string]bool{}
			}
			sh.readonlyFunc[d.name] = true
			continue
		}
		sh.printFunction(c, d.name, o.names, false)
	}
	return status
}

func (sh *shell) printFunction(c *call, name string, nameOnly, all bool) {
	switch {
	case nameOnly && all:
		c.print("declare -f " + name + "\n")
	case nameOnly:
		c.print(name + "\n")
	default:
		b := pacedWriter{sh: sh}
		_ = syntax.NewPrinter(syntax.Indent(4)).Print(&b, sh.funcs[name].body)
		c.print(name + " () \n" + b.String() + "\n")
	}
}
