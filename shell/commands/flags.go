package commands

import (
	"strconv"
	"strings"
)

// flags parses options the way getopt_long does: short ones may stand
// together, an argument may be joined or follow, long ones may be cut short
// where that is clear, operands and options may be mixed, "--" ends the options.
type flags struct {
	c    *cmd
	opts []*option
	// posix says that the first operand ends the options.
	posix bool
	// bad is the exit code for wrong usage.
	bad int
	// digits takes "-NUM" and, with plus, "+NUM".
	digits func(num string) error
	plus   func(num string) error
}

type argKind int

const (
	noArg argKind = iota
	needArg
	maybeArg // only as --name=value
)

type option struct {
	names []string
	kind  argKind
	set   func(val string) error
}

func (c *cmd) flags() *flags { return &flags{c: c, bad: 1} }

// fn declares an option by its names, "n|lines", and what it does.
func (f *flags) fn(names string, kind argKind, set func(val string) error) {
	f.opts = append(f.opts, &option{strings.Split(names, "|"), kind, set})
}

// bool declares options that set v.
func (f *flags) bool(v *bool, names string) {
	f.fn(names, noArg, func(string) error { *v = true; return nil })
}

// off declares options that clear v.
func (f *flags) off(v *bool, names string) {
	f.fn(names, noArg, func(string) error { *v = false; return nil })
}

// str declares an option with an argument.
func (f *flags) str(v *string, names string) {
	f.fn(names, needArg, func(s string) error { *v = s; return nil })
}

// list declares an option that may be given several times.
func (f *flags) list(v *[]string, names string) {
	f.fn(names, needArg, func(s string) error { *v = append(*v, s); return nil })
}

// int declares an option with a decimal number, not below zero.
func (f *flags) int(v *int, names string) {
	f.fn(names, needArg, func(s string) error {
		n, err := strconv.Atoi(s)
		if err != nil || n < 0 {
			return badArg("invalid number: '" + s + "'")
		}
		*v = n
		return nil
	})
}

// ignore declares options that are accepted and mean nothing here.
func (f *flags) ignore(names string) {
	f.fn(names, noArg, func(string) error { return nil })
}

// badArg is what set returns for an argument that makes no sense.
type badArg string

func (e badArg) Error() string { return string(e) }

func (f *flags) short(b byte) *option {
	for _, o := range f.opts {
		for _, n := range o.names {
			if len(n) == 1 && n[0] == b {
				return o
			}
		}
	}
	return nil
}

func (f *flags) long(name string) *option {
	var found *option
	for _, o := range f.opts {
		for _, n := range o.names {
			if len(n) < 2 || !strings.HasPrefix(n, name) {
				continue
			}
			if n == name {
				return o
			}
			if found != nil && found != o {
				f.c.usageError(f.bad, "option '--%s' is ambiguous", name)
			}
			found = o
		}
	}
	return found
}

func (f *flags) apply(o *option, val string) {
	if err := o.set(val); err != nil {
		f.c.fail(f.bad, "%s", err)
	}
}

// parse returns the operands. Wrong usage ends the run.
func (f *flags) parse() []string {
	var rest []string
	args := f.c.args
	for len(args) > 0 {
		a := args[0]
		args = args[1:]
		switch {
		case a == "--":
			return append(rest, args...)
		case strings.HasPrefix(a, "--"):
			args = f.parseLong(a[2:], args)
		case len(a) > 1 && a[0] == '-' && f.digits != nil && isDigits(a[1:]):
			if err := f.digits(a[1:]); err != nil {
				f.c.fail(f.bad, "%s", err)
			}
		case len(a) > 1 && a[0] == '+' && f.plus != nil && isDigits(a[1:]):
			if err := f.plus(a[1:]); err != nil {
				f.c.fail(f.bad, "%s", err)
			}
		case len(a) > 1 && a[0] == '-':
			args = f.parseShort(a[1:], args)
		default:
			rest = append(rest, a)
			if f.posix {
				return append(rest, args...)
			}
		}
	}
	return rest
}

func (f *flags) parseLong(a string, args []string) []string {
	name, val, has := strings.Cut(a, "=")
	if name == "help" {
		f.c.help()
	}
	o := f.long(name)
	switch {
	case o == nil:
		f.c.usageError(f.bad, "unrecognized option '--%s'", name)
	case o.kind == noArg && has:
		f.c.usageError(f.bad, "option '--%s' doesn't allow an argument", name)
	case o.kind == needArg && !has:
		if len(args) == 0 {
			f.c.usageError(f.bad, "option '--%s' requires an argument", name)
		}
		val, args = args[0], args[1:]
	}
	f.apply(o, val)
	return args
}

func (f *flags) parseShort(a string, args []string) []string {
	for i := 0; i < len(a); i++ {
		o := f.short(a[i])
		if o == nil {
			f.c.usageError(f.bad, "invalid option -- '%c'", a[i])
		}
		if o.kind != needArg {
			f.apply(o, "")
			continue
		}
		val := a[i+1:]
		if val == "" {
			if len(args) == 0 {
				f.c.usageError(f.bad, "option requires an argument -- '%c'", a[i])
			}
			val, args = args[0], args[1:]
		}
		f.apply(o, val)
		break
	}
	return args
}

func isDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// operands checks how many operands there are; max below zero is no limit.
func (c *cmd) operands(args []string, min, max int) { c.operandsOr(1, args, min, max) }

// operandsOr is operands with another exit code for wrong usage.
func (c *cmd) operandsOr(code int, args []string, min, max int) {
	switch {
	case len(args) == 0 && min > 0:
		c.usageError(code, "missing operand")
	case len(args) < min:
		c.usageError(code, "missing operand after '%s'", args[len(args)-1])
	case max >= 0 && len(args) > max:
		c.usageError(code, "extra operand '%s'", args[max])
	}
}
