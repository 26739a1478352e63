package jsontext

import (
	"encoding/base64"
	"encoding/json"
	"unicode/utf8"
)

// AppendString appends text as a string of JSON. What is no UTF-8 in it becomes U+FFFD.
func AppendString(b, text []byte, work Work) []byte {
	b = append(b, '"')
	for len(text) > 0 {
		n := min(len(text), step)
		for n < len(text) && n > step-utf8.UTFMax && !utf8.RuneStart(text[n]) {
			n--
		}
		part, _ := json.Marshal(string(text[:n])) // a string always can
		b = append(b, part[1:len(part)-1]...)
		text = text[n:]
		worked(work, n)
	}
	return append(b, '"')
}

// AppendUnquoted appends what a token of the kind Key or String says. What is no UTF-8 in it
// becomes U+FFFD.
func AppendUnquoted(b, token []byte, work Work) []byte {
	part := []byte{'"'}
	for token = token[1 : len(token)-1]; len(token) > 0; {
		n := 0
		for n < len(token) && (n < step || n < 2*step && goesOn(token[n:])) {
			switch {
			case token[n] != '\\':
				n++
			case token[n+1] != 'u':
				n += 2
			default:
				n += 6
			}
		}
		part = append(append(part[:1], token[:n]...), '"')
		var text string
		_ = json.Unmarshal(part, &text) // it is one: the scanner has seen it
		b = append(b, text...)
		token = token[n:]
		worked(work, n)
	}
	return b
}

// goesOn reports whether the rest of a string begins with what is not the beginning of a
// character.
func goesOn(rest []byte) bool {
	low := rest[0] == '\\' && rest[1] == 'u' && rest[2]|0x20 == 'd' && rest[3]|0x20 >= 'c' // of two surrogates
	return low || !utf8.RuneStart(rest[0])
}

func worked(work Work, n int) {
	if work != nil {
		work(2 * n)
	}
}

// AppendBytes appends bytes as a string of JSON in base64, as encoding/json does.
func AppendBytes(b, data []byte, work Work) []byte {
	b = append(b, '"')
	for len(data) > 0 {
		n := min(len(data), step/3*3)
		b = base64.StdEncoding.AppendEncode(b, data[:n])
		data = data[n:]
		worked(work, n)
	}
	return append(b, '"')
}
