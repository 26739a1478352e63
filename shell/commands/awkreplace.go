package commands

import (
	"strings"

	"github.com/bushel-wasm/bushel/shell/regex"
)

// replace is sub, gsub and gensub: s with the matches of re replaced by to, all of them or the
// nth, and how many those were. groups says that \1 to \9 count in to.
func (a *awk) replace(s string, re *regex.Regexp, to string, all bool, nth int, groups bool) (string, int) {
	var b strings.Builder
	at, n, seen := 0, 0, 0
	for m := range re.AllString(s, a.c.work) {
		a.c.work(32 + len(to))
		if m[0] == m[1] && m[0] == at && at > 0 && n > 0 {
			continue // an empty match straight after another is none
		}
		if seen++; !all && seen < nth {
			continue
		}
		b.WriteString(s[at:m[0]])
		at = m[1]
		n++
		for i := 0; i < len(to); i++ {
			switch {
			case to[i] == '\\' && i+1 < len(to):
				i++
				d := to[i]
				switch {
				case groups && '0' <= d && d <= '9':
					if g := int(d - '0'); 2*g+1 < len(m) && m[2*g] >= 0 {
						b.WriteString(s[m[2*g]:m[2*g+1]])
					}
				case d == '&' || d == '\\':
					b.WriteByte(d)
				default:
					b.WriteByte('\\')
					b.WriteByte(d)
				}
			case to[i] == '&':
				b.WriteString(s[m[0]:m[1]])
			default:
				b.WriteByte(to[i])
			}
		}
		if !all {
			break
		}
	}
	b.WriteString(s[at:])
	return b.String(), n
}
