// Package jsontext goes through JSON texts (RFC 8259) of any length without Go types and
// without holding the processor: it says how much it has worked as it goes. It is for who
// looks at texts, shows them or turns them into another format; values of Go types are
// encoding/json's.
package jsontext

import "bytes"

// Work is told how many units of work were done, of which one is what it takes to look at a
// byte or to copy a few, and says whether to go on. It may wait, and it need not return. A
// nil Work goes on.
type Work func(n int) bool

const (
	// maxDepth is how many values may be one within another, as in encoding/json.
	maxDepth = 10000
	// tokenUnits is what a token costs besides its bytes.
	tokenUnits = 4
	// step is how many bytes are looked at in one go.
	step = 4 << 10
)

// The kinds of a [Token] besides the signs that begin and end lists and maps.
const (
	End    = 0   // the text is over, whole
	Bad    = '!' // the text is no JSON, or Work said to stop
	Key    = 'k' // the name of a member, with its quotes
	String = '"'
	Number = '0'
	Word   = 'w' // true, false or null
)

// Token is the next part of a text that means something.
type Token struct {
	Kind byte   // '{', '}', '[', ']', or one of the constants
	Text []byte // as it stands in the text
	At   int    // where that begins
}

// Scanner goes through one value. Its zero value is of no use; see [Scan].
type Scanner struct {
	text []byte
	at   int
	told int // up to where Work knows of it
	open []byte
	want byte // what is next: one of the constants below
	work Work
	stop bool
}

// What a Scanner expects.
const (
	wantValue = iota
	wantFirst // a value, or the end of the list that has just begun
	wantKey
	wantFirstKey // or the end of the map
	wantMore     // a comma or an end
)

// Scan is a Scanner of text, which must not change meanwhile.
func Scan(text []byte, work Work) *Scanner { return &Scanner{text: text, work: work} }

// Depth is how many lists and maps the next token is within.
func (s *Scanner) Depth() int { return len(s.open) }

// Next is the next token; after End or Bad it is that again.
func (s *Scanner) Next() Token {
	for {
		c := s.byte()
		at := s.at
		switch {
		case s.stop:
			return Token{Kind: Bad, At: at}
		case s.want == wantMore && len(s.open) == 0:
			if at < len(s.text) {
				return s.bad()
			}
			return Token{Kind: End, At: at}
		case len(s.open) > 0 && s.want != wantValue && s.want != wantKey && c == s.open[len(s.open)-1]+2: // ']' is '[' + 2
			s.at++
			s.open = s.open[:len(s.open)-1]
			s.want = wantMore
			return s.token(c, at)
		case s.want == wantMore && c == ',':
			s.at++
			s.want = wantValue
			if s.open[len(s.open)-1] == '{' {
				s.want = wantKey
			}
			continue
		case s.want == wantMore:
			return s.bad()
		case s.want == wantKey || s.want == wantFirstKey:
			if !s.string() {
				return s.bad()
			}
			end := s.at
			if s.byte() != ':' {
				return s.bad()
			}
			t := s.token(Key, at)
			t.Text = s.text[at:end]
			s.at++
			s.want = wantValue
			return t
		}
		return s.value(c)
	}
}

// value takes the value that begins with c.
func (s *Scanner) value(c byte) Token {
	at, kind := s.at, c
	s.want = wantMore
	ok := true
	switch {
	case c == '{' || c == '[':
		s.at++
		ok = len(s.open) < maxDepth
		s.open = append(s.open, c)
		s.want = wantFirst
		if c == '{' {
			s.want = wantFirstKey
		}
	case c == '"':
		ok = s.string()
	case c == '-' || digit(c):
		kind, ok = Number, s.number()
	default:
		kind, ok = Word, false
		for _, word := range [...]string{"true", "false", "null"} {
			if bytes.HasPrefix(s.text[at:], []byte(word)) {
				s.at += len(word)
				ok = true
			}
		}
	}
	if !ok {
		return s.bad()
	}
	return s.token(kind, at)
}

func (s *Scanner) token(kind byte, at int) Token {
	s.told -= tokenUnits
	s.spend()
	return Token{kind, s.text[at:s.at], at}
}

func (s *Scanner) bad() Token {
	s.stop = true
	return Token{Kind: Bad, At: s.at}
}

// spend tells Work of what has been looked at, now and then.
func (s *Scanner) spend() {
	if n := s.at - s.told; n >= step {
		s.told = s.at
		if s.work != nil && !s.work(2*n) {
			s.stop = true
		}
	}
}

// byte is the next byte that is no blank, 0 at the end.
func (s *Scanner) byte() byte {
	for s.at < len(s.text) && !s.stop {
		switch c := s.text[s.at]; c {
		case ' ', '\t', '\r', '\n':
			s.at++
			s.spend()
		default:
			return c
		}
	}
	return 0
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

// string takes a string.
func (s *Scanner) string() bool {
	if s.at == len(s.text) || s.text[s.at] != '"' {
		return false
	}
	for s.at++; s.at < len(s.text) && !s.stop; s.at++ {
		switch c := s.text[s.at]; {
		case c == '"':
			s.at++
			return true
		case c < ' ':
			return false
		case c == '\\':
			if s.at++; s.at == len(s.text) {
				return false
			}
			if s.text[s.at] == 'u' {
				if !hex(s.text[s.at+1:]) {
					return false
				}
			} else if bytes.IndexByte([]byte(`"\/bfnrt`), s.text[s.at]) < 0 {
				return false
			}
		}
		s.spend()
	}
	return false
}

// hex reports whether four hexadecimal digits are first.
func hex(b []byte) bool {
	if len(b) < 4 {
		return false
	}
	for _, c := range b[:4] {
		if !digit(c) && (c|0x20 < 'a' || c|0x20 > 'f') {
			return false
		}
	}
	return true
}

// number takes a number.
func (s *Scanner) number() bool {
	s.skip("-")
	zero := s.skip("0")
	if !zero && !s.digits() {
		return false
	}
	if s.skip(".") && !s.digits() {
		return false
	}
	if s.skip("eE") {
		s.skip("+-")
		return s.digits()
	}
	return true
}

// skip takes the next byte if it is one of those.
func (s *Scanner) skip(of string) bool {
	if s.at < len(s.text) && bytes.IndexByte([]byte(of), s.text[s.at]) >= 0 {
		s.at++
		return true
	}
	return false
}

// digits takes digits, and reports whether there is one.
func (s *Scanner) digits() bool {
	from := s.at
	for s.at < len(s.text) && digit(s.text[s.at]) && !s.stop {
		s.at++
		s.spend()
	}
	return s.at > from
}

// Valid is json.Valid.
func Valid(text []byte, work Work) bool {
	s := Scan(text, work)
	for {
		switch s.Next().Kind {
		case End:
			return true
		case Bad:
			return false
		}
	}
}
