package commands

import (
	"bytes"
	"regexp"
	"strings"
)

// matcher finds patterns in lines.
type matcher struct {
	fixed []byte         // a single text to look for, where that is enough
	re    *regexp.Regexp // nil if there is no pattern at all
	words *regexp.Regexp // with word boundaries around it: the first try of -w
	word  bool
}

// compile takes patterns of a syntax: 'F', 'E', 'P' or, for basic ones, all else.
func (m *matcher) compile(patterns []string, syntax byte, fold, word, line bool) error {
	if len(patterns) == 0 {
		return nil
	}
	if syntax == 'F' && len(patterns) == 1 && !fold && !word && !line {
		m.fixed = []byte(patterns[0])
	}
	parts := make([]string, len(patterns))
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
		parts[i] = "(?:" + p + ")"
	}
	text, flags := strings.Join(parts, "|"), "(?s)"
	if fold {
		flags = "(?si)"
	}
	if line {
		text = "^(?:" + text + ")$"
	}
	re, err := regexp.Compile(flags + text)
	if err != nil {
		return reError(err)
	}
	if syntax != 'P' {
		re.Longest()
	}
	m.re, m.word = re, word && !line
	if m.word {
		if m.words, err = regexp.Compile(flags + `\b(?:` + text + `)\b`); err != nil {
			return reError(err)
		}
		m.words.Longest()
	}
	return nil
}

func (m *matcher) match(line []byte) bool {
	switch {
	case m.fixed != nil:
		return bytes.Contains(line, m.fixed)
	case m.re == nil:
		return false
	case !m.word:
		return m.re.Match(line)
	}
	return len(m.all(line)) > 0
}

// all lists where the line matches.
func (m *matcher) all(line []byte) [][]int {
	if m.re == nil {
		return nil
	}
	if !m.word {
		return m.re.FindAllIndex(line, -1)
	}
	if at := wholeWords(line, m.words.FindAllIndex(line, -1)); len(at) > 0 {
		return at
	}
	return wholeWords(line, m.re.FindAllIndex(line, -1))
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
