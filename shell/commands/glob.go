package commands

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// globMatch matches a whole name with a shell pattern, as fnmatch(3) without
// FNM_PATHNAME: a * takes slashes too.
func globMatch(pattern, name string, fold bool) bool {
	// One place to go back to is enough: the last * can always take more.
	backPattern, backName := "", ""
	star := false
	for {
		if pattern != "" && pattern[0] == '*' {
			pattern = strings.TrimLeft(pattern, "*")
			if pattern == "" {
				return true
			}
			star, backPattern, backName = true, pattern, name
			continue
		}
		if name == "" && pattern == "" {
			return true
		}
		if name != "" && pattern != "" {
			if n, ok := globOne(pattern, name, fold); ok {
				_, size := utf8.DecodeRuneInString(name)
				pattern, name = pattern[n:], name[size:]
				continue
			}
		}
		if !star || backName == "" {
			return false
		}
		_, size := utf8.DecodeRuneInString(backName)
		backName = backName[size:]
		pattern, name = backPattern, backName
	}
}

// globOne matches the first character of name with the first item of pattern,
// which is n bytes long.
func globOne(pattern, name string, fold bool) (n int, ok bool) {
	r, _ := utf8.DecodeRuneInString(name)
	same := func(a, b rune) bool { return a == b || fold && unicode.ToLower(a) == unicode.ToLower(b) }
	switch pattern[0] {
	case '?':
		return 1, true
	case '[':
		if n, ok := globBracket(pattern, func(lo, hi rune) bool {
			return lo <= r && r <= hi || fold && (lo <= unicode.ToLower(r) && unicode.ToLower(r) <= hi || lo <= unicode.ToUpper(r) && unicode.ToUpper(r) <= hi)
		}); n > 0 {
			return n, ok
		}
	case '\\':
		if len(pattern) > 1 {
			p, size := utf8.DecodeRuneInString(pattern[1:])
			return 1 + size, same(p, r)
		}
	}
	p, size := utf8.DecodeRuneInString(pattern)
	return size, same(p, r)
}

// globBracket goes through a bracket expression. n is 0 if it has no end.
func globBracket(pattern string, in func(lo, hi rune) bool) (n int, ok bool) {
	i := 1
	negate := i < len(pattern) && (pattern[i] == '!' || pattern[i] == '^')
	if negate {
		i++
	}
	for first := true; ; first = false {
		if i >= len(pattern) {
			return 0, false
		}
		if pattern[i] == ']' && !first {
			return i + 1, ok != negate
		}
		if strings.HasPrefix(pattern[i:], "[:") {
			if end := strings.Index(pattern[i:], ":]"); end > 0 {
				if is := trClasses[pattern[i+2:i+end]]; is != nil {
					for b := range 128 {
						ok = ok || is(byte(b)) && in(rune(b), rune(b))
					}
				}
				i += end + 2
				continue
			}
		}
		if pattern[i] == '\\' && i+1 < len(pattern) {
			i++
		}
		lo, size := utf8.DecodeRuneInString(pattern[i:])
		i += size
		hi := lo
		if i+1 < len(pattern) && pattern[i] == '-' && pattern[i+1] != ']' {
			hi, size = utf8.DecodeRuneInString(pattern[i+1:])
			i += 1 + size
		}
		ok = ok || in(lo, hi)
	}
}
