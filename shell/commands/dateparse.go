package commands

import (
	"strconv"
	"strings"
	"time"
)

// The forms of a date that parseDate knows besides words.
var dateLayouts = []string{
	time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02T15:04Z07:00",
	"2006-01-02 15:04:05.999999999Z07:00", "2006-01-02 15:04:05.999999999 Z07:00", "2006-01-02 15:04:05.999999999 -0700",
	"2006-01-02 15:04:05.999999999", "2006-01-02 15:04 -0700", "2006-01-02 15:04", "2006-01-02 -0700", "2006-01-02",
	"20060102", "20060102T150405Z", "20060102T150405", "20060102 15:04", "20060102 15:04:05",
	"2006/01/02 15:04:05", "2006/01/02 15:04", "2006/01/02", "01/02/2006", "01/02/2006 15:04", "01/02/2006 15:04:05",
	time.RFC1123Z, time.RFC1123, "Mon, 2 Jan 2006 15:04:05 -0700", "Mon, 2 Jan 2006 15:04:05 MST",
	"Mon Jan _2 15:04:05 MST 2006", "Mon Jan _2 15:04:05 2006", "Mon Jan _2 15:04:05 -0700 2006",
	"2 Jan 2006 15:04:05", "2 Jan 2006 15:04", "2 Jan 2006", "Jan 2 2006", "Jan 2, 2006", "Jan 2 2006 15:04:05", "Jan 2, 2006 15:04:05",
	"Jan 2 15:04:05 2006", "2 January 2006", "January 2, 2006", "January 2 2006",
}

// parseDate reads a date in one of many forms, as seen at now: a moment, then perhaps
// steps such as "+2 days" or "3 weeks ago".
func parseDate(text string, now time.Time) (time.Time, error) {
	s := strings.TrimSpace(text)
	wrong := badArg("invalid date")
	if strings.HasPrefix(s, "@") {
		whole, frac, _ := strings.Cut(s[1:], ".")
		sec, err := strconv.ParseInt(whole, 10, 64)
		if err != nil || frac != "" && !isDigits(frac) || sec > 1<<55 || sec < -1<<55 {
			return now, wrong
		}
		ns, _ := strconv.ParseInt((frac + "000000000")[:9], 10, 64)
		if strings.HasPrefix(whole, "-") {
			ns = -ns
		}
		return time.Unix(sec, ns).In(now.Location()), nil
	}
	if s == "" {
		return midnight(now), nil
	}
	// The longest beginning that is a date; words and steps follow.
	words := strings.Fields(s)
	for n := len(words); n > 0; n-- {
		head := strings.Join(words[:n], " ")
		for _, layout := range dateLayouts {
			if t, err := time.ParseInLocation(layout, head, now.Location()); err == nil {
				return dateSteps(t, words[n:])
			}
		}
		for _, layout := range []string{"15:04:05.999999999", "15:04", "15:04:05Z07:00", "3:04pm", "3pm"} {
			if t, err := time.ParseInLocation(layout, strings.ToLower(head), now.Location()); err == nil {
				t = time.Date(now.Year(), now.Month(), now.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), t.Location())
				return dateSteps(t, words[n:])
			}
		}
	}
	return dateSteps(now, words)
}

func midnight(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, t.Location())
}

// dateSteps applies words such as "tomorrow", "next week" or "-2 days" to t.
func dateSteps(t time.Time, words []string) (time.Time, error) {
	wrong := badArg("invalid date")
	for len(words) > 0 {
		w := strings.ToLower(strings.TrimSuffix(words[0], ","))
		if (w == "+" || w == "-") && len(words) > 1 {
			words = words[1:]
			w += strings.ToLower(words[0])
		}
		words = words[1:]
		if at, ok := dateWord(t, w); ok {
			t = at
			continue
		}
		n, unit, ok := dateAmount(w)
		if !ok {
			return t, wrong
		}
		if unit == "" {
			if len(words) == 0 {
				return t, wrong
			}
			unit, words = strings.ToLower(words[0]), words[1:]
		}
		if len(words) > 0 && strings.EqualFold(words[0], "ago") {
			n, words = -n, words[1:]
		}
		if n > 1e6 || n < -1e6 {
			return t, wrong
		}
		if t, ok = dateStep(t, n, unit, w); !ok {
			return t, wrong
		}
	}
	return t, nil
}

// dateWord is t after a word that says all by itself.
func dateWord(t time.Time, w string) (at time.Time, ok bool) {
	switch w {
	case "now", "today", "and":
		return t, true
	case "yesterday":
		return t.AddDate(0, 0, -1), true
	case "tomorrow":
		return t.AddDate(0, 0, 1), true
	case "midnight":
		return midnight(t), true
	case "noon":
		return midnight(t).Add(12 * time.Hour), true
	case "utc", "gmt", "z":
		return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC), true
	}
	return t, false
}

// dateAmount is how many units a word names, and the unit: empty if the next word has it.
func dateAmount(w string) (n int, unit string, ok bool) {
	switch w {
	case "next":
		return 1, "", true
	case "last":
		return -1, "", true
	}
	end := 0
	for end < len(w) && (isDigits(w[end:end+1]) || end == 0 && (w[0] == '-' || w[0] == '+')) {
		end++
	}
	if end == 0 {
		return 1, w, true
	}
	n, err := strconv.Atoi(w[:end])
	return n, w[end:], err == nil
}

// dateStep is t after n units; of a day of the week, its next one from t on, or as the word w
// before it says.
func dateStep(t time.Time, n int, unit, w string) (at time.Time, ok bool) {
	switch strings.TrimSuffix(unit, "s") {
	case "sec", "second":
		return t.Add(time.Duration(n) * time.Second), true
	case "min", "minute":
		return t.Add(time.Duration(n) * time.Minute), true
	case "hour":
		return t.Add(time.Duration(n) * time.Hour), true
	case "day":
		return t.AddDate(0, 0, n), true
	case "week":
		return t.AddDate(0, 0, 7*n), true
	case "fortnight":
		return t.AddDate(0, 0, 14*n), true
	case "month":
		return t.AddDate(0, n, 0), true
	case "year":
		return t.AddDate(n, 0, 0), true
	}
	day := strings.Index("sunmontuewedthufrisat", unit[:min(3, len(unit))])
	if len(unit) < 3 || day < 0 || day%3 != 0 || !strings.HasPrefix(strings.ToLower(time.Weekday(day/3).String()), unit) {
		return t, false
	}
	ahead := (day/3 - int(t.Weekday()) + 7) % 7
	switch {
	case w == "next" && ahead == 0:
		ahead = 7
	case w == "last":
		ahead -= 7
	}
	return midnight(t).AddDate(0, 0, ahead), true
}
