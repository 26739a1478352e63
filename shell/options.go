package shell

import "strings"

// options are those of the set builtin.
type options struct {
	allexport, errexit, errtrace, functrace, hashall, nobrace bool
	monitor, noclobber, noexec, noglob, notify, nounset       bool
	pipefail, verbose, xtrace, ignoreeof, posix, physical, vi bool
	emacs, history, histexpand, keyword, privileged, onecmd   bool
}

// setOption is an option with its letter (0 if it has none) and long name. The
// order is that in which "set -o" lists them.
type setOption struct {
	letter byte
	name   string
	field  func(*options) *bool
}

var setOptions = []setOption{
	{'a', "allexport", func(o *options) *bool { return &o.allexport }},
	{0, "emacs", func(o *options) *bool { return &o.emacs }},
	{'e', "errexit", func(o *options) *bool { return &o.errexit }},
	{'E', "errtrace", func(o *options) *bool { return &o.errtrace }},
	{'T', "functrace", func(o *options) *bool { return &o.functrace }},
	{'h', "hashall", func(o *options) *bool { return &o.hashall }},
	{'H', "histexpand", func(o *options) *bool { return &o.histexpand }},
	{0, "history", func(o *options) *bool { return &o.history }},
	{0, "ignoreeof", func(o *options) *bool { return &o.ignoreeof }},
	{'k', "keyword", func(o *options) *bool { return &o.keyword }},
	{'m', "monitor", func(o *options) *bool { return &o.monitor }},
	{'C', "noclobber", func(o *options) *bool { return &o.noclobber }},
	{'n', "noexec", func(o *options) *bool { return &o.noexec }},
	{'f', "noglob", func(o *options) *bool { return &o.noglob }},
	{'b', "notify", func(o *options) *bool { return &o.notify }},
	{'u', "nounset", func(o *options) *bool { return &o.nounset }},
	{'t', "onecmd", func(o *options) *bool { return &o.onecmd }},
	{'P', "physical", func(o *options) *bool { return &o.physical }},
	{0, "pipefail", func(o *options) *bool { return &o.pipefail }},
	{0, "posix", func(o *options) *bool { return &o.posix }},
	{'p', "privileged", func(o *options) *bool { return &o.privileged }},
	{'v', "verbose", func(o *options) *bool { return &o.verbose }},
	{0, "vi", func(o *options) *bool { return &o.vi }},
	{'x', "xtrace", func(o *options) *bool { return &o.xtrace }},
}

func (sh *shell) optionByName(name string) *bool {
	for _, o := range setOptions {
		if o.name == name {
			return o.field(&sh.opt)
		}
	}
	return nil
}

func (sh *shell) optionByLetter(c byte) *bool {
	for _, o := range setOptions {
		if o.letter == c && c != 0 {
			return o.field(&sh.opt)
		}
	}
	return nil
}

// optionLetters is $-.
func (sh *shell) optionLetters() string {
	var b strings.Builder
	for _, c := range []byte("abefhkmnptuvxCEHPT") {
		if p := sh.optionByLetter(c); p != nil && *p {
			b.WriteByte(c)
		}
	}
	if !sh.opt.nobrace {
		b.WriteByte('B')
	}
	if sh.interactive {
		b.WriteByte('i')
	}
	return b.String()
}

// optionNames is SHELLOPTS.
func (sh *shell) optionNames() string {
	list := []string{}
	if !sh.opt.nobrace {
		list = append(list, "braceexpand")
	}
	for _, o := range setOptions {
		if *o.field(&sh.opt) {
			list = append(list, o.name)
		}
	}
	return strings.Join(list, ":")
}

// shoptNames are the options of shopt, and whether they are on at first.
var shoptNames = []struct {
	name string
	on   bool
}{
	{"autocd", false}, {"cdspell", false}, {"checkhash", false}, {"checkjobs", false},
	{"checkwinsize", true}, {"cmdhist", true}, {"dotglob", false}, {"expand_aliases", false},
	{"extglob", false}, {"failglob", false}, {"globasciiranges", true}, {"globstar", false},
	{"histappend", true}, {"huponexit", false}, {"inherit_errexit", false}, {"lastpipe", false},
	{"nocaseglob", false}, {"nocasematch", false}, {"nullglob", false},
	{"patsub_replacement", true}, {"promptvars", true}, {"shift_verbose", false},
	{"sourcepath", true}, {"xpg_echo", false},
}

// shoptOn is the state of a shopt option; ok is false if there is none.
func (sh *shell) shoptOn(name string) (on, ok bool) {
	for _, o := range shoptNames {
		if o.name == name {
			if on, set := sh.shopt[name]; set {
				return on, true
			}
			return o.on, true
		}
	}
	return false, false
}
