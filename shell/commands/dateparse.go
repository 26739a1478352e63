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
				return dateSteps(t, now, words[n:])
			}
		}
		for _, layout := range []string{"15:04:05.999999999", "15:04", "15:04:05Z07:00", "3:04pm", "3pm"} {
			if t, err := time.ParseInLocation(layout, strings.ToLower(head), now.Location()); err == nil {
				t = time.Date(now.Year(), now.Month(), now.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), t.Location())
				return dateSteps(t, now, words[n:])
			}
		}
	}
	return dateSteps(now, now, words)
}

func midnight(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, t.Location())
}

// dateSteps applies words such as "tomorrow", "next week" or "-2 days" to t.
func dateSteps(t, now time.Time, words []string) (time.Time, error) {
	wrong := badArg("invalid date")
	for i := 0; i < len(words); i++ {
		w := strings.ToLower(strings.TrimSuffix(words[i], ","))
		if (w == "+" || w == "-") && i+1 < len(words) {
			i++
			w += strings.ToLower(words[i])
		}
		n, unit := 1, w
		switch w {
		case "now", "today", "and":
			continue
		case "yesterday":
			t = t.AddDate(0, 0, -1)
			continue
		case "tomorrow":
			t = t.AddDate(0, 0, 1)
			continue
		case "midnight":
			t = midnight(t)
			continue
		case "noon":
			t = midnight(t).Add(12 * time.Hour)
			continue
		case "utc", "gmt", "z":
			t = time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
			continue
		case "next", "last":
			if w == "last" {
				n = -1
			}
			i++
			if i == len(words) {
				return t, wrong
			}
			unit = strings.ToLower(words[i])
		default:
			end := 0
			for end < len(w) && (isDigits(w[end:end+1]) || end == 0 && (w[0] == '-' || w[0] == '+')) {
				end++
			}
			if end > 0 {
				v, err := strconv.Atoi(w[:end])
				if err != nil {
					return t, wrong
				}
				n, unit = v, w[end:]
				if unit == "" {
					i++
					if i == len(words) {
						return t, wrong
					}
					unit = strings.ToLower(words[i])
				}
			}
		}
		if i+1 < len(words) && strings.EqualFold(words[i+1], "ago") {
			n = -n
			i++
		}
		if n > 1e6 || n < -1e6 {
			return t, wrong
		}
		switch strings.TrimSuffix(unit, "s") {
		case "sec", "second":
			t = t.Add(time.Duration(n) * time.Second)
		case "min", "minute":
			t = t.Add(time.Duration(n) * time.Minute)
		case "hour":
			t = t.Add(time.Duration(n) * time.Hour)
		case "day":
			t = t.AddDate(0, 0, n)
		case "week":
			t = t.AddDate(0, 0, 7*n)
		case "fortnight":
			t = t.AddDate(0, 0, 14*n)
		case "month":
			t = t.AddDate(0, n, 0)
		case "year":
			t = t.AddDate(n, 0, 0)
		default:
			day := strings.Index("sunmontuewedthufrisat", unit[:min(3, len(unit))])
			if len(unit) < 3 || day < 0 || day%3 != 0 || !strings.HasPrefix(strings.ToLower(time.Weekday(day/3).String()), unit) {
				return t, wrong
			}
			ahead := (day/3 - int(t.Weekday()) + 7) % 7
			switch {
			case w == "next" && ahead == 0:
				ahead = 7
			case w == "last":
				ahead -= 7
			}
			t = midnight(t).AddDate(0, 0, ahead)
		}
	}
	return t, nil
}
