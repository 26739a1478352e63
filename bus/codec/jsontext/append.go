package jsontext

import (
	"encoding/base64"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// AppendString appends text as a string of JSON. What is no UTF-8 in it becomes U+FFFD.
func AppendString(b, text []byte, work Work) []byte {
	const digits = "0123456789abcdef"
	b = append(b, '"')
	for i, told := 0, 0; i < len(text); {
		if c := text[i]; c < utf8.RuneSelf {
			switch {
			case c == '"' || c == '\\':
				b = append(b, '\\', c)
			case c == '\n':
				b = append(b, `\n`...)
			case c == '\t':
				b = append(b, `\t`...)
			case c == '\r':
				b = append(b, `\r`...)
			case c < ' ':
				b = append(b, `\u00`...)
				b = append(b, digits[c>>4], digits[c&15])
			default:
				b = append(b, c)
			}
			i++
		} else {
			r, n := utf8.DecodeRune(text[i:])
			b = utf8.AppendRune(b, r)
			i += n
		}
		if i-told >= step && work != nil {
			work(2 * step)
			told = i
		}
	}
	return append(b, '"')
}

// AppendUnquoted appends what a token of the kind Key or String says. What is no UTF-8 in it
// becomes U+FFFD.
func AppendUnquoted(b, token []byte, work Work) []byte {
	token = token[1 : len(token)-1]
	for i, told := 0, 0; i < len(token); {
		switch c := token[i]; {
		case c == '\\' && token[i+1] == 'u':
			r := escaped(token[i:])
			i += 6
			if both := utf16.DecodeRune(r, escaped(token[i:])); both != utf8.RuneError {
				r = both
				i += 6
			}
			b = utf8.AppendRune(b, r)
		case c == '\\':
			if at := strings.IndexByte("bfnrt", token[i+1]); at >= 0 {
				b = append(b, "\b\f\n\r\t"[at])
			} else {
				b = append(b, token[i+1])
			}
			i += 2
		case c < utf8.RuneSelf:
			b = append(b, c)
			i++
		default:
			r, n := utf8.DecodeRune(token[i:])
			b = utf8.AppendRune(b, r)
			i += n
		}
		if i-told >= step && work != nil {
			work(2 * step)
			told = i
		}
	}
	return b
}

// escaped is the character that b begins with, as \u and four digits; -1 if it does not.
func escaped(b []byte) rune {
	if len(b) < 6 || b[0] != '\\' || b[1] != 'u' {
		return -1
	}
	n, err := strconv.ParseUint(string(b[2:6]), 16, 16)
	if err != nil {
		return -1
	}
	return rune(n)
}

// AppendBytes appends bytes as a string of JSON in base64, as encoding/json does.
func AppendBytes(b, data []byte, work Work) []byte {
	b = append(b, '"')
	for len(data) > 0 {
		n := min(len(data), step/3*3)
		b = base64.StdEncoding.AppendEncode(b, data[:n])
		data = data[n:]
		if work != nil {
			work(n)
		}
	}
	return append(b, '"')
}
