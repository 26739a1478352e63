package commands

import (
	"regexp"
	"strings"

	"github.com/bushel-wasm/bushel/shell/paced"
	"github.com/bushel-wasm/bushel/shell/regex"
)

// matcher finds patterns in lines.
type matcher struct {
	c       *cmd
	fixed   []byte          // a single text to look for, where that is enough
	res     []*regex.Regexp // the patterns, many in one; none if there is no pattern at all
	words   []*regex.Regexp // with word boundaries around them: the first try of -w
	word    bool
	longest bool // of the matches at one place the longest counts, not the first
}

// groupBytes is how long an expression may become by putting patterns together.
const groupBytes = 4 << 10

// compile takes patterns of a syntax: 'F', 'E', 'P' or, for basic ones, all else.
func (m *matcher) compile(patterns []string, syntax byte, fold, word, line bool) error {
	if len(patterns) == 0 {
		return nil
	}
	if syntax == 'F' && len(patterns) == 1 && !fold && !word && !line {
		m.fixed = []byte(patterns[0])
	}
	m.longest, m.word = syntax != 'P', word && !line
	var group []string
	size := 0
	for i, p := range patterns {
		var err error
		switch syntax {
		case 'F':
			p = regexp.QuoteMeta(p)
		case 'E':
			p, err = translateRE(p, extendedRE)
		case 'P':
		default:
			p, err = translateRE(p, basicRE)
		}
		if err != nil {
			return err
		}
		group = append(group, "(?:"+p+")")
		if size += len(p); size < groupBytes && i < len(patterns)-1 {
			continue
		}
		if err := m.add(strings.Join(group, "|"), fold, line); err != nil {
			return err
		}
		m.c.work(64 * size)
		group, size = nil, 0
	}
	return nil
}

// add compiles a group of patterns.
func (m *matcher) add(text string, fold, line bool) error {
	flags := "(?s)"
	if fold {
		flags = "(?si)"
	}
	if line {
		text = "^(?:" + text + ")$"
	}
	put := func(list *[]*regex.Regexp, text string) error {
		re, err := compileGo(flags + text)
		if err != nil {
			return err
		}
		if m.longest {
			re.Longest()
		}
		*list = append(*list, re)
		return nil
	}
	if m.word {
		if err := put(&m.words, `\b(?:`+text+`)\b`); err != nil {
			return err
		}
	}
	return put(&m.res, text)
}

func (m *matcher) match(line []byte) bool {
	if m.fixed != nil {
		return paced.IndexBytes(line, m.fixed, m.c.work) >= 0
	}
	if m.word {
		return len(m.all(line)) > 0
	}
	for _, re := range m.res {
		if re.Match(line, m.c.work) {
			return true
		}
	}
	return false
}

// all lists where the line matches.
func (m *matcher) all(line []byte) [][]int {
	if m.word {
		if at := wholeWords(line, m.places(m.words, line)); len(at) > 0 {
			return at
		}
		return wholeWords(line, m.places(m.res, line))
	}
	return m.places(m.res, line)
}

// places lists where one of the expressions matches, without those that begin within
// another.
func (m *matcher) places(res []*regex.Regexp, line []byte) (list [][]int) {
	if len(res) == 1 {
		for loc := range res[0].All(line, m.c.work) {
			list = append(list, loc[:2])
		}
		return list
	}
	text := string(line)
	next := make([][]int, len(res))
	for pos := 0; pos <= len(text); {
		var best []int
		for i, re := range res {
			if next[i] == nil || len(next[i]) > 0 && next[i][0] < pos {
				if next[i] = re.FindFrom(text, pos, m.c.work); next[i] == nil {
					next[i] = []int{} // no more
				}
			}
			loc := next[i]
			if len(loc) > 0 && (best == nil || loc[0] < best[0] || loc[0] == best[0] && loc[1] > best[1] && m.longest) {
				best = loc
			}
		}
		if best == nil {
			break
		}
		list = append(list, best[:2])
		pos = max(best[1], best[0]+1)
	}
	return list
}

// wholeWords keeps the places with no letter, digit or underscore beside them.
func wholeWords(line []byte, places [][]int) [][]int {
	kept := places[:0]
	for _, at := range places {
		if (at[0] == 0 || !isWord(line[at[0]-1])) && (at[1] == len(line) || !isWord(line[at[1]])) {
			kept = append(kept, at)
		}
	}
	return kept
}

func isWord(b byte) bool { return isAlpha(b) || '0' <= b && b <= '9' || b == '_' }
