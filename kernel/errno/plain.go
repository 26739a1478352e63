package errno

import (
	"strings"
	"unicode"
)

// Unprintable reports whether r is none that a line may have of what a program has chosen: a control
// character, one that is not seen and changes how others stand, or one that ends a line.
func Unprintable(r rune) bool {
	return r < ' ' || r >= 0x7f && r < 0xa0 || r > 0x7f && unicode.In(r, unicode.Bidi_Control, unicode.Zl, unicode.Zp)
}

// Plain is a name that a program has chosen as it is shown, by "ls -q", ps, messages and questions:
// with ? for what is [Unprintable], so that it can neither move the cursor nor look like another line.
func Plain(name string) string {
	if strings.IndexFunc(name, Unprintable) < 0 {
		return name
	}
	return strings.Map(func(r rune) rune {
		if Unprintable(r) {
			return '?'
		}
		return r
	}, name)
}
