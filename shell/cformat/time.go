package cformat

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Time formats t as strftime(3) does in the C locale, with GNU's flags.
func Time(format string, t time.Time) string {
	var b strings.Builder
	for i := 0; i < len(format); i++ {
		if format[i] != '%' || i+1 == len(format) {
			b.WriteByte(format[i])
			continue
		}
		start := i
		i++
		pad, upper := byte(0), false
		for ; i < len(format) && strings.IndexByte("-_0^#", format[i]) >= 0; i++ {
			if format[i] == '^' {
				upper = true
			} else if format[i] != '#' {
				pad = format[i]
			}
		}
		width, used := Digits(format[i:], 10, 3)
		i += used
		colons := 0
		for i < len(format) && format[i] == ':' {
			colons++
			i++
		}
		for i < len(format) && (format[i] == 'E' || format[i] == 'O') {
			i++
		}
		if i == len(format) {
			b.WriteString(format[start:])
			break
		}
		s, ok := dateField(format[i], colons, pad, width, t)
		if !ok {
			b.WriteString(format[start : i+1])
			continue
		}
		if upper {
			s = strings.ToUpper(s)
		}
		if len(s) < width {
			fill := " "
			if pad == '0' || allDigits(s) && pad != '_' {
				fill = "0"
			}
			s = strings.Repeat(fill, width-len(s)) + s
		}
		b.WriteString(s)
	}
	return b.String()
}

// dateField is one conversion; ok is false for a letter that is none.
func dateField(verb byte, colons int, pad byte, width int, t time.Time) (s string, ok bool) {
	num := func(n, digits int, fill byte) (string, bool) {
		switch pad {
		case '-':
			return strconv.Itoa(n), true
		case '_':
			fill = ' '
		case '0':
			fill = '0'
		}
		if fill == ' ' {
			return fmt.Sprintf("%*d", digits, n), true
		}
		return fmt.Sprintf("%0*d", digits, n), true
	}
	isoYear, isoWeek := t.ISOWeek()
	hour12 := (t.Hour()+11)%12 + 1
	switch verb {
	case 'Y':
		return num(t.Year(), 1, '0')
	case 'C':
		return num(t.Year()/100, 2, '0')
	case 'y':
		return num(((t.Year()%100)+100)%100, 2, '0')
	case 'G':
		return num(isoYear, 1, '0')
	case 'g':
		return num(isoYear%100, 2, '0')
	case 'm':
		return num(int(t.Month()), 2, '0')
	case 'd':
		return num(t.Day(), 2, '0')
	case 'e':
		return num(t.Day(), 2, ' ')
	case 'H':
		return num(t.Hour(), 2, '0')
	case 'k':
		return num(t.Hour(), 2, ' ')
	case 'I':
		return num(hour12, 2, '0')
	case 'l':
		return num(hour12, 2, ' ')
	case 'M':
		return num(t.Minute(), 2, '0')
	case 'S':
		return num(t.Second(), 2, '0')
	case 'N':
		s := fmt.Sprintf("%09d", t.Nanosecond())
		if pad == '-' {
			s = strings.TrimRight(s, "0")
		} else if width > 0 && width < 9 {
			s = s[:width]
		}
		return s, true
	case 'j':
		return num(t.YearDay(), 3, '0')
	case 'q':
		return num((int(t.Month())+2)/3, 1, '0')
	case 'u':
		return num((int(t.Weekday())+6)%7+1, 1, '0')
	case 'w':
		return num(int(t.Weekday()), 1, '0')
	case 'U':
		return num((t.YearDay()+6-int(t.Weekday()))/7, 2, '0')
	case 'W':
		return num((t.YearDay()+6-(int(t.Weekday())+6)%7)/7, 2, '0')
	case 'V':
		return num(isoWeek, 2, '0')
	case 's':
		return strconv.FormatInt(t.Unix(), 10), true
	case 'z':
		layout := "-0700"
		switch colons {
		case 1:
			layout = "-07:00"
		case 2:
			layout = "-07:00:00"
		}
		return t.Format(layout), true
	case 'n':
		return "\n", true
	case 't':
		return "\t", true
	case '%':
		return "%", true
	case 'P':
		return strings.ToLower(t.Format("PM")), true
	}
	layout := map[byte]string{'p': "PM", 'a': "Mon", 'A': "Monday", 'b': "Jan", 'h': "Jan", 'B': "January", 'Z': "MST",
		'F': "2006-01-02", 'T': "15:04:05", 'D': "01/02/06", 'R': "15:04", 'r': "03:04:05 PM",
		'c': "Mon Jan _2 15:04:05 2006", 'x': "01/02/06", 'X': "15:04:05"}[verb]
	return t.Format(layout), layout != ""
}

func allDigits(s string) bool {
	_, n := Digits(s, 10, len(s))
	return n > 0 && n == len(s)
}
