package cborvalue

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/bushel-wasm/bushel/bus/codec/jsontext"
)

const (
	// jsonUnits is the work of turning a value, besides that of its bytes.
	jsonUnits = 16
	// maxSorted is how many members of a map are sorted at most.
	maxSorted = 4 << 10
)

// ToJSON is data, one whole value, as JSON: bytes as texts in base64, keys and numbers that
// JSON does not have as texts. Members of a map are in the order of their names, if there
// are not more than 4,096. work is told of what is done, and may be nil.
func ToJSON(data []byte, work jsontext.Work) ([]byte, error) {
	t := toJSON{decoder{data}, nil, work}
	err := t.value(0)
	if err == nil && len(t.rest) > 0 {
		err = malformed(fmt.Sprintf("%d bytes after the value", len(t.rest)))
	}
	if err != nil {
		return nil, err
	}
	return t.to, nil
}

type toJSON struct {
	decoder
	to   []byte
	work jsontext.Work
}

func (t *toJSON) value(depth int) error {
	if t.work != nil {
		t.work(jsonUnits)
	}
	before := t.decoder
	major, info, n, err := t.head()
	switch {
	case err != nil:
		return err
	case depth > maxDepth:
		return errDeep()
	case major == majorBytes || major == majorText:
		b, err := t.bytes(major, info, n)
		if major == majorBytes {
			t.to = jsontext.AppendBytes(t.to, b, t.work)
		} else {
			t.to = jsontext.AppendString(t.to, b, t.work)
		}
		return err
	case major == majorArray:
		t.to = append(t.to, '[')
		begin := len(t.to)
		err := t.items(info, n, func() error {
			if len(t.to) > begin {
				t.to = append(t.to, ',')
			}
			return t.value(depth + 1)
		})
		t.to = append(t.to, ']')
		return err
	case major == majorMap:
		return t.members(info, n, depth+1)
	case major == majorTag:
		return t.value(depth + 1)
	}
	t.decoder = before
	v, err := t.decoder.value(depth)
	if err != nil {
		return err
	}
	if f, ok := v.(float64); ok && (math.IsNaN(f) || math.IsInf(f, 0)) {
		v = fmt.Sprint(f)
	}
	text, err := json.Marshal(v)
	t.to = append(t.to, text...)
	return err
}

// members appends a map, whose members are depth below others.
func (t *toJSON) members(info byte, n uint64, depth int) error {
	t.to = append(t.to, '{')
	begin := len(t.to)
	var list []string
	err := t.items(info, n, func() error {
		if len(t.to) > begin {
			t.to = append(t.to, ',')
		}
		from := len(t.to)
		err := t.value(depth)
		if err == nil && t.to[from] != '"' {
			t.to = jsontext.AppendString(t.to[:from], bytes.Clone(t.to[from:]), t.work)
		}
		t.to = append(t.to, ':')
		if err == nil {
			err = t.value(depth)
		}
		if len(list) <= maxSorted {
			list = append(list, string(t.to[from:]))
		}
		return err
	})
	if len(list) <= maxSorted {
		slices.Sort(list)
		t.to = append(t.to[:begin], strings.Join(list, ",")...)
	}
	t.to = append(t.to, '}')
	return err
}

// words are the words of JSON, by their first letter.
var words = map[byte]byte{'t': majorSimple<<5 | simpleTrue, 'f': majorSimple<<5 | simpleFalse, 'n': majorSimple<<5 | simpleNull}

// errNoJSON is of FromJSON.
var errNoJSON = errors.New("it is no JSON")

// FromJSON is text, one whole value of JSON, in the shortest form: whole numbers as integers if
// 64 bits hold them. work is told of what is done, and may be nil.
func FromJSON(text []byte, work jsontext.Work) ([]byte, error) {
	counts, err := countValues(text, work)
	if err != nil {
		return nil, err
	}
	var b []byte
	s := jsontext.Scan(text, work)
	text = nil // the text of a string, from now on
	for i := 0; ; {
		switch t := s.Next(); t.Kind {
		case jsontext.End:
			return b, nil
		case jsontext.Bad:
			return nil, errNoJSON
		case '{', '[':
			major := byte(majorArray)
			if t.Kind == '{' {
				major = majorMap
			}
			b = appendHead(b, major, uint64(counts[i]))
			i++
		case jsontext.Key, jsontext.String:
			text = jsontext.AppendUnquoted(text[:0], t.Text, work)
			b = append(appendHead(b, majorText, uint64(len(text))), text...)
		case jsontext.Number:
			b, err = Append(b, number(string(t.Text)))
		case jsontext.Word:
			b = append(b, words[t.Text[0]])
		}
		if err != nil {
			return nil, err
		}
	}
}

// number is a number of JSON: a text if there is no other way to write it.
func number(text string) any {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return n
	}
	if n, err := strconv.ParseUint(text, 10, 64); err == nil {
		return n
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return text
	}
	return f
}

// countValues is how many values or members each list and map of a text has, in the order in
// which they begin.
func countValues(text []byte, work jsontext.Work) (counts []uint32, err error) {
	type container struct {
		at    int // in counts
		isMap bool
	}
	var open []container
	s := jsontext.Scan(text, work)
	for {
		t := s.Next()
		switch t.Kind {
		case jsontext.End:
			return counts, nil
		case jsontext.Bad:
			return nil, errNoJSON
		case '}', ']':
			open = open[:len(open)-1]
			continue
		}
		if n := len(open); n > 0 && open[n-1].isMap == (t.Kind == jsontext.Key) {
			counts[open[n-1].at]++
		}
		if t.Kind == '{' || t.Kind == '[' {
			open = append(open, container{len(counts), t.Kind == '{'})
			counts = append(counts, 0)
		}
	}
}
