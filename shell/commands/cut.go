package commands

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/bushel-wasm/bushel/shell/paced"
)

var cutSpec = spec{name: "cut", synopsis: "OPTION... [FILE]...", run: runCut, help: `
Print parts of each line. LIST is N, N-M, N-, -M, with commas between.
  -b, -c LIST                these bytes
  -f LIST                    these fields
  -d, --delimiter=C          between fields, instead of a tab
  -s, --only-delimited       no lines without a delimiter
  --complement               all but the list
  --output-delimiter=S       between what is printed
  -z, --zero-terminated      lines end in NUL`}

// span is a range of positions, from 1; to is included.
type span struct{ from, to int }

func runCut(c *cmd) int {
	f := c.flags()
	var byteList, fieldList, outDelim string
	var hasOut, only, complement, zero bool
	delim := "\t"
	f.str(&byteList, "b|bytes")
	f.str(&byteList, "c|characters")
	f.str(&fieldList, "f|fields")
	f.str(&delim, "d|delimiter")
	f.ignore("n")
	f.bool(&only, "s|only-delimited")
	f.bool(&complement, "complement")
	f.fn("output-delimiter", needArg, func(s string) error { outDelim, hasOut = s, true; return nil })
	f.bool(&zero, "z|zero-terminated")
	files := f.parse()
	if byteList == "" && fieldList == "" {
		c.usageError(1, "you must specify a list of bytes, characters, or fields")
	}
	if byteList != "" && fieldList != "" {
		c.usageError(1, "only one type of list may be specified")
	}
	if len(delim) > 1 && len([]rune(delim)) > 1 {
		c.usageError(1, "the delimiter must be a single character")
	}
	if delim == "" {
		delim = "\x00"
	}
	spans, err := c.parseSpans(byteList + fieldList)
	if err != nil {
		c.usageError(1, "%s", err)
	}
	if !hasOut && fieldList != "" {
		outDelim = delim
	}
	end := byte('\n')
	if zero {
		end = 0
	}
	wanted := func(n int) bool {
		c.work(8)
		return inSpans(spans, n) != complement
	}
	for _, name := range orStdin(files) {
		c.eachLine(name, end, func(line []byte, _ bool) bool {
			if fieldList == "" {
				c.cutBytes(line, wanted, spans, complement, outDelim)
			} else if paced.IndexBytes(line, []byte(delim), c.work) < 0 {
				if only {
					return true
				}
				c.out.Write(line)
			} else {
				sep := ""
				for n := 1; ; n++ {
					at := paced.IndexBytes(line, []byte(delim), c.work)
					field := line
					if at >= 0 {
						field = line[:at]
					}
					if wanted(n) {
						c.out.WriteString(sep)
						c.out.Write(field)
						sep = outDelim
					}
					if at < 0 {
						break
					}
					line = line[at+len(delim):]
				}
			}
			c.out.WriteByte(end)
			return true
		})
	}
	return 0
}

func (c *cmd) cutBytes(line []byte, wanted func(int) bool, spans []span, complement bool, sep string) {
	if sep == "" && !complement {
		for _, s := range spans {
			if s.from <= len(line) {
				c.out.Write(line[s.from-1 : min(s.to, len(line))])
			}
		}
		return
	}
	printed, gap := false, false
	for i, b := range line {
		if !wanted(i + 1) {
			gap = true
			continue
		}
		if printed && (gap || !complement && startsSpan(spans, i+1)) {
			c.out.WriteString(sep)
		}
		printed, gap = true, false
		c.out.WriteByte(b)
	}
}

func startsSpan(spans []span, n int) bool {
	_, ok := slices.BinarySearchFunc(spans, n, func(s span, n int) int { return cmp.Compare(s.from, n) })
	return ok
}

func inSpans(spans []span, n int) bool {
	at, _ := slices.BinarySearchFunc(spans, n, func(s span, n int) int { return cmp.Compare(s.to, n) })
	return at < len(spans) && spans[at].from <= n
}

// parseSpans reads a list of ranges; the result is in order, without overlaps.
func (c *cmd) parseSpans(list string) ([]span, error) {
	const top = int(^uint(0) >> 1)
	var spans []span
	for _, part := range strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' }) {
		from, to, ranged := strings.Cut(part, "-")
		s := span{1, top}
		var err error
		if from != "" {
			s.from, err = strconv.Atoi(from)
		}
		if err == nil && to != "" {
			s.to, err = strconv.Atoi(to)
		} else if !ranged {
			s.to = s.from
		}
		switch {
		case err != nil:
			return nil, badArg("invalid field value '" + part + "'")
		case part == "-":
			return nil, badArg("invalid range with no endpoint: -")
		case s.from < 1:
			return nil, badArg("fields and positions are numbered from 1")
		case s.to < s.from:
			return nil, badArg("invalid decreasing range")
		}
		spans = append(spans, s)
	}
	sortFunc(c, spans, 16, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	if len(spans) == 0 {
		return nil, badArg("fields and positions are numbered from 1")
	}
	merged := spans[:1]
	for _, s := range spans[1:] {
		if last := &merged[len(merged)-1]; s.from <= last.to {
			last.to = max(last.to, s.to)
		} else {
			merged = append(merged, s)
		}
	}
	return merged, nil
}
