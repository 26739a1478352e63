package shell

// setCmd sets options and parameters, and prints variables.
func setCmd(c *call) int {
	sh := c.sh
	if len(c.args) == 0 {
		sh.printVariables(c, &declOptions{})
		return 0
	}
	args, status := sh.setArgs(c, c.args)
	if status != 0 {
		return status
	}
	if args != nil {
		sh.params = args
	}
	return 0
}

// setArgs reads options as set and the shell's own command line have them. The
// parameters that follow are returned, nil if there are none.
func (sh *shell) setArgs(c *call, args []string) (params []string, status int) {
	for i := 0; i < len(args); i++ {
		a := args[i]
		switch {
		case a == "--":
			return append([]string{}, args[i+1:]...), 0
		case a == "-":
			sh.opt.xtrace, sh.opt.verbose = false, false
			return append([]string{}, args[i+1:]...), 0
		case len(a) < 2 || a[0] != '-' && a[0] != '+':
			return append([]string{}, args[i:]...), 0
		}
		on := a[0] == '-'
		for k := 1; k < len(a); k++ {
			l := a[k]
			if l == 'o' {
				if i+1 >= len(args) {
					sh.showOptions(c, on)
					continue
				}
				i++
				if !sh.setOptionName(args[i], on) {
					return nil, c.fail("%s: invalid option name", args[i]) + 1
				}
				continue
			}
			if l == 'B' {
				sh.opt.nobrace = !on
				continue
			}
			p := sh.optionByLetter(l)
			if p == nil {
				return nil, c.usage(a[:1]+string(l)+": invalid option", "[-abefhkmnptuvxBCEHPT] [-o OPTION] [--] [ARG ...]")
			}
			*p = on
			sh.optionSet(p)
		}
	}
	return nil, 0
}

func (sh *shell) setOptionName(name string, on bool) bool {
	if name == "braceexpand" {
		sh.opt.nobrace = !on
		return true
	}
	p := sh.optionByName(name)
	if p == nil {
		return false
	}
	*p = on
	sh.optionSet(p)
	return true
}

// optionSet acts on the options that are more than a flag.
func (sh *shell) optionSet(p *bool) {
	if p == &sh.opt.monitor {
		sh.setMonitor(*p)
	}
}

func (sh *shell) showOptions(c *call, table bool) {
	list := []struct {
		name string
		on   bool
	}{{"allexport", sh.opt.allexport}, {"braceexpand", !sh.opt.nobrace}}
	for _, o := range setOptions[1:] {
		list = append(list, struct {
			name string
			on   bool
		}{o.name, *o.field(&sh.opt)})
	}
	for _, o := range list {
		switch {
		case table && o.on:
			c.printf("%-15s\ton\n", o.name)
		case table:
			c.printf("%-15s\toff\n", o.name)
		case o.on:
			c.print("set -o " + o.name + "\n")
		default:
			c.print("set +o " + o.name + "\n")
		}
	}
}

func shoptCmd(c *call) int {
	sh := c.sh
	opts, rest, ok := c.options("pqsuo")
	if !ok {
		return 2
	}
	set := opts.has('s')
	reset := opts.has('u')
	quiet := opts.has('q')
	asSet := opts.has('o')
	asCommand := opts.has('p')
	state := func(name string) (bool, bool) {
		if asSet {
			if name == "braceexpand" {
				return !sh.opt.nobrace, true
			}
			p := sh.optionByName(name)
			return p != nil && *p, p != nil
		}
		return sh.shoptOn(name)
	}
	show := func(name string, on bool) {
		switch {
		case quiet:
		case asCommand:
			c.print("shopt -" + map[bool]string{true: "s", false: "u"}[on] + " " + name + "\n")
		default:
			c.printf("%-15s\t%s\n", name, map[bool]string{true: "on", false: "off"}[on])
		}
	}
	if len(rest) == 0 {
		for _, o := range shoptNames {
			on, _ := sh.shoptOn(o.name)
			if set && !on || reset && on {
				continue
			}
			show(o.name, on)
		}
		return 0
	}
	status := 0
	for _, name := range rest {
		on, ok := state(name)
		if !ok {
			c.errorf("%s: invalid shell option name", name)
			status = 1
			continue
		}
		switch {
		case (set || reset) && asSet:
			sh.setOptionName(name, set)
		case set || reset:
			sh.shopt[name] = set
		default:
			show(name, on)
			if !on {
				status = 1
			}
		}
	}
	return status
}

func unset(c *call) int {
	sh := c.sh
	opts, rest, ok := c.options("fnv")
	if !ok {
		return 2
	}
	function := opts.has('f')
	variable := opts.has('v')
	ref := opts.has('n')
	status := 0
	for _, name := range rest {
		if function {
			if sh.readonlyFunc[name] {
				c.errorf("%s: cannot unset: readonly function", name)
				status = 1
				continue
			}
			delete(sh.funcs, name)
			continue
		}
		base, sub, elem := cutSubscript(name)
		if !elem && !validName(name) {
			c.errorf("`%s': not a valid identifier", name)
			status = 1
			continue
		}
		if !ref {
			base, _ = sh.deref(base)
		}
		v := sh.env.find(base)
		if v == nil {
			if sh.funcs[name] != nil && !variable {
				delete(sh.funcs, name)
			} else if _, computed := sh.special(name); computed {
				if sh.lostSpecial == nil {
					sh.lostSpecial = map[string]bool{}
				}
				sh.lostSpecial[name] = true
			}
			continue
		}
		if v.readonly {
			c.errorf("%s: cannot unset: readonly variable", base)
			status = 1
			continue
		}
		if elem {
			if err := sh.unsetElem(base, sub, v); err != nil {
				status = c.fail("%s", message(err))
			}
			continue
		}
		sh.env.unset(base)
		if base == "PATH" {
			clear(sh.hashed)
		}
	}
	return status
}

func (sh *shell) unsetElem(name, sub string, v *variable) error {
	switch {
	case v.kind == assoc:
		if sub == "@" || sub == "*" {
			clear(v.m)
		}
		delete(v.m, sub)
		return nil
	case sub == "@" || sub == "*":
		sh.env.unset(name)
		return nil
	}
	n, err := sh.evalString(sub)
	if err != nil {
		return err
	}
	i := int(n)
	if v.kind == scalar {
		if i != 0 {
			return &varError{name, "not an array variable"}
		}
		sh.env.unset(name)
		return nil
	}
	if i < 0 {
		i += v.arr.end()
	}
	if i < 0 {
		return &varError{"[" + sub + "]", "bad array subscript"}
	}
	v.arr.remove(i)
	return nil
}
