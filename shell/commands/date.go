package commands

import (
	"fmt"
	"strings"
	"time"

	"github.com/bushel-wasm/bushel/shell/cformat"
)

var dateSpec = spec{name: "date", synopsis: "[OPTION]... [+FORMAT]", run: runDate, help: `
Print the time.
  -u, --utc               in UTC
  -d, --date=TEXT         this time: @SECONDS, 2006-01-02T15:04:05Z, 2006-01-02 15:04,
                          now, today, yesterday, tomorrow, "2 days ago", "+3 hours"
  -r, --reference=FILE    when FILE was modified
  -I[date|hours|minutes|seconds|ns], --iso-8601   -R, --rfc-email   --rfc-3339=SPEC
FORMAT: %Y %y %m %d %e %H %I %M %S %N %p %P %a %A %b %B %j %u %w %U %V %G %g %W
%Z %z %:z %s %F %T %D %R %r %c %x %X %h %C %k %l %q %n %t %%, with - _ 0 ^ after the %.`}

func runDate(c *cmd) int {
	// -I's argument is joined to it.
	format := "%a %b %e %H:%M:%S %Z %Y"
	for i, a := range c.args {
		if len(a) > 2 && a[:2] == "-I" {
			c.args = append([]string(nil), c.args...)
			c.args[i] = "--iso-8601=" + a[2:]
		}
	}
	f := c.flags()
	var utc bool
	var text, reference string
	haveText := false
	f.bool(&utc, "u|utc|universal")
	f.fn("d|date", needArg, func(s string) error { text, haveText = s, true; return nil })
	f.str(&reference, "r|reference")
	f.fn("I|iso-8601", maybeArg, func(s string) error {
		formats := map[string]string{"": "%Y-%m-%d", "date": "%Y-%m-%d", "hours": "%Y-%m-%dT%H%:z",
			"minutes": "%Y-%m-%dT%H:%M%:z", "seconds": "%Y-%m-%dT%H:%M:%S%:z", "ns": "%Y-%m-%dT%H:%M:%S,%N%:z"}
		for name, layout := range formats {
			if s == name || s != "" && strings.HasPrefix(name, s) {
				format = layout
				return nil
			}
		}
		return badArg("invalid argument '" + s + "' for '--iso-8601'")
	})
	f.fn("R|rfc-email|rfc-2822", noArg, func(string) error { format = "%a, %d %b %Y %H:%M:%S %z"; return nil })
	f.fn("rfc-3339", needArg, func(s string) error {
		formats := map[string]string{"date": "%Y-%m-%d", "seconds": "%Y-%m-%d %H:%M:%S%:z", "ns": "%Y-%m-%d %H:%M:%S.%N%:z"}
		if formats[s] == "" {
			return badArg("invalid argument '" + s + "' for '--rfc-3339'")
		}
		format = formats[s]
		return nil
	})
	args := f.parse()
	for _, a := range args {
		if a == "" || a[0] != '+' {
			c.fail(1, "invalid date '%s'", a)
		}
		format = a[1:]
	}
	zone := c.zone()
	if utc {
		zone = time.UTC
	}
	now := time.Now().In(zone)
	switch {
	case reference != "":
		st, err := c.fs.Stat(reference)
		if err != nil {
			c.fail(1, "%s: %s", reference, reason(err))
		}
		now = time.Unix(0, st.Mtime).In(zone)
	case haveText:
		t, err := parseDate(text, now)
		if err != nil {
			c.fail(1, "invalid date '%s'", text)
		}
		now = t.In(zone)
	}
	fmt.Fprintln(c.out, cformat.Time(format, now))
	return 0
}

// zone is the time zone: TZ where it says UTC or gives an offset, else the
// system's.
func (c *cmd) zone() *time.Location {
	tz, ok := c.lookupEnv("TZ")
	if !ok {
		return time.Local
	}
	return posixZone(tz)
}

// posixZone reads a zone such as "CET-1" or "<+03>-3"; its offset counts to the west.
// All else is UTC.
func posixZone(tz string) *time.Location {
	name, rest := "", tz
	if len(tz) > 0 && tz[0] == '<' {
		for i := 1; i < len(tz); i++ {
			if tz[i] == '>' {
				name, rest = tz[1:i], tz[i+1:]
				break
			}
		}
	} else {
		i := 0
		for i < len(tz) && isAlpha(tz[i]) {
			i++
		}
		name, rest = tz[:i], tz[i:]
	}
	if name == "" || rest == "" {
		return time.UTC
	}
	sign := -1
	if rest[0] == '-' || rest[0] == '+' {
		if rest[0] == '-' {
			sign = 1
		}
		rest = rest[1:]
	}
	h, used := cformat.Digits(rest, 10, 2)
	if used == 0 {
		return time.UTC
	}
	m := 0
	if rest = rest[used:]; len(rest) > 2 && rest[0] == ':' {
		m, _ = cformat.Digits(rest[1:], 10, 2)
	}
	return time.FixedZone(name, sign*(h*3600+m*60))
}
