package commands

import (
	"math"
	"strconv"
	"strings"

	"github.com/bushel-wasm/bushel/shell/cformat"
)

var seqSpec = spec{name: "seq", synopsis: "[OPTION]... [FIRST [STEP]] LAST", run: runSeq, literal: true, help: `
Print numbers from FIRST (1) to LAST, by STEP (1).
  -s, --separator=S   between the numbers, instead of a newline
  -w, --equal-width   as wide as the widest, with zeros in front
  -f, --format=F      a format with one %f, %e or %g`}

func runSeq(c *cmd) int {
	sep, format, wide := "\n", "", false
	args := c.seqFlags(&sep, &format, &wide)
	c.operands(args, 1, 3)
	var num [3]float64
	n := numbers{}
	for i, s := range args {
		x, err := strconv.ParseFloat(s, 64)
		if err != nil || math.IsNaN(x) || strings.Contains(s, "_") {
			c.usageError(1, "invalid floating point argument: '%s'", s)
		}
		num[i] = x
		if _, frac, ok := strings.Cut(s, "."); ok && (len(args) == 1 || i < len(args)-1) {
			n.places = max(n.places, len(frac))
		}
	}
	first, step, last := 1.0, 1.0, num[0]
	switch len(args) {
	case 2:
		first, last = num[0], num[1]
	case 3:
		first, step, last = num[0], num[1], num[2]
	}
	if step == 0 {
		c.usageError(1, "invalid Zero increment value: '%s'", args[1])
	}
	if format != "" && !n.parse(format) {
		c.fail(1, "format '%s' has no %%f, %%e or %%g directive", format)
	}
	if wide {
		end := first + math.Floor((last-first)/step+1e-10)*step
		n.width = max(len(n.text(first)), len(n.text(end)))
	}
	any := false
	for i := 0.0; ; i++ {
		x := first + i*step
		// The last number may be off by what binary fractions cannot say.
		if slack := math.Abs(step) * 1e-10; step > 0 && x > last+slack || step < 0 && x < last-slack {
			break
		}
		if any {
			c.out.WriteString(sep)
		}
		any = true
		c.out.WriteString(n.text(x))
		c.tick()
	}
	if any {
		c.out.WriteByte('\n')
	}
	return 0
}

// seqFlags parses the options and returns the operands: a negative number is one of those.
func (c *cmd) seqFlags(sep, format *string, wide *bool) []string {
	args := c.args
	for len(args) > 0 && len(args[0]) > 1 && args[0][0] == '-' && strings.IndexByte("0123456789.", args[0][1]) < 0 {
		n := 1
		if args[0] != "--" && len(args[0]) == 2 && (args[0][1] == 's' || args[0][1] == 'f') || args[0] == "--separator" || args[0] == "--format" {
			n = min(2, len(args))
		}
		f := c.flags()
		f.str(sep, "s|separator")
		f.str(format, "f|format")
		f.bool(wide, "w|equal-width")
		stop := args[0] == "--"
		c.args, args = args[:n], args[n:]
		f.parse()
		if stop {
			break
		}
	}
	return args
}

// numbers is how seq prints numbers.
type numbers struct {
	places, width int // behind the point, and in all with zeros in front

	// Of a format: its directive, and what stands around it.
	formatted  bool
	directive  cformat.Directive
	head, tail string
}

// parse reads a format and reports whether it has a directive for numbers.
func (n *numbers) parse(format string) bool {
	at, used := strings.Index(strings.ReplaceAll(format, "%%", "\x00\x00"), "%"), 0
	if at >= 0 {
		n.directive, used = cformat.Parse(format[at:])
	}
	if used == 0 || strings.IndexByte("aAeEfFgG", n.directive.Verb) < 0 {
		return false
	}
	n.formatted = true
	n.head, n.tail = strings.ReplaceAll(format[:at], "%%", "%"), strings.ReplaceAll(format[at+used:], "%%", "%")
	return true
}

func (n *numbers) text(x float64) string {
	if n.formatted {
		return n.head + n.directive.Float(x) + n.tail
	}
	s := strconv.FormatFloat(x, 'f', n.places, 64)
	zeros := strings.Repeat("0", max(n.width-len(s), 0))
	if s[0] == '-' {
		return "-" + zeros + s[1:]
	}
	return zeros + s
}
