package shell

import "strings"

func getopts(c *call) int {
	sh := c.sh
	if len(c.args) < 2 {
		return c.usage("not enough arguments", builtins["getopts"].usage)
	}
	g := &optReader{sh: sh, spec: c.args[0], args: c.args[2:], place: sh.optPlace}
	if len(c.args) == 2 {
		g.args = sh.params
	}
	g.spec, g.silent = strings.CutPrefix(g.spec, ":")
	n, _, _ := parseNumber(sh.get("OPTIND"))
	g.index = max(int(n), 1)
	_ = sh.set("OPTARG", "")
	sh.env.unset("OPTARG")
	value, status := g.next()
	_ = sh.set("OPTIND", itoa(g.index))
	sh.optPlace = g.place // which the change of OPTIND has set back
	if err := sh.set(c.args[1], value); err != nil {
		return c.fail("%s", message(err))
	}
	return status
}

// optReader is getopts on its way through arguments.
type optReader struct {
	sh     *shell
	spec   string // the letters, each with a colon if it has an argument
	silent bool   // errors are told by values and not by sentences
	args   []string
	index  int // of the argument at hand, from 1
	place  int // of the next letter in it; 0: it has not been looked at
}

// next is the next option and the status 0, or at their end "?" and the status 1.
func (g *optReader) next() (value string, status int) {
	if g.place == 0 && !g.begin() {
		return "?", 1
	}
	if g.index > len(g.args) || g.place >= len(g.args[g.index-1]) {
		g.place = 0
		return "?", 1
	}
	arg := g.args[g.index-1]
	letter := arg[g.place]
	if g.place++; g.place >= len(arg) {
		g.advance()
	}
	value = string(letter)
	at := strings.IndexByte(g.spec, letter)
	switch {
	case at < 0 || letter == ':':
		return g.wrong("illegal option", value, "?"), 0
	case at+1 == len(g.spec) || g.spec[at+1] != ':':
		return value, 0
	case g.place > 0:
		_ = g.sh.set("OPTARG", arg[g.place:])
	case g.index <= len(g.args):
		_ = g.sh.set("OPTARG", g.args[g.index-1])
	default:
		return g.wrong("option requires an argument", value, ":"), 0
	}
	g.advance()
	return value, 0
}

// begin reports whether the argument at hand has options.
func (g *optReader) begin() bool {
	if g.index > len(g.args) {
		return false
	}
	switch arg := g.args[g.index-1]; {
	case arg == "--":
		g.index++
		return false
	case len(arg) < 2 || arg[0] != '-':
		return false
	}
	g.place = 1
	return true
}

func (g *optReader) advance() {
	g.index++
	g.place = 0
}

// wrong is the value of a letter that cannot be taken, after a sentence about it, or if
// getopts is to be silent, silent.
func (g *optReader) wrong(why, letter, silent string) string {
	switch {
	case g.silent:
		_ = g.sh.set("OPTARG", letter)
		return silent
	case g.sh.get("OPTERR") != "0":
		_ = g.sh.write(2, g.sh.name+": "+why+" -- "+letter+"\n")
	}
	return "?"
}
