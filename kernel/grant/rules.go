package grant

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Decision is what a rule says of a use.
type Decision uint8

// The decisions, the stricter the larger. Zero is none.
const (
	Allow Decision = 1 + iota
	Ask            // the user decides when it comes to it
	Deny
)

var decisions = [...]string{Allow: "allow", Ask: "ask", Deny: "deny"}

// String is the decision's name, empty for none.
func (d Decision) String() string {
	if int(d) < len(decisions) {
		return decisions[d]
	}
	return fmt.Sprintf("decision %d", uint8(d))
}

// ParseDecision reads "allow", "ask" or "deny".
func ParseDecision(name string) (Decision, error) {
	if i := slices.Index(decisions[:], name); i > 0 {
		return Decision(i), nil
	}
	return 0, fmt.Errorf("%q is none of allow, ask and deny", name)
}

// Rule is a pattern and what is to be done about uses that it matches.
type Rule struct {
	Pattern
	Decision Decision
}

// Rules are rules of one origin, of which the narrowest that matches a use decides, and the
// stricter of two that are as narrow. Their JSON is an object of patterns and decisions,
// {"http:*.example.com": "allow", "process": "deny"}, or a list of patterns that are
// allowed. The zero value has no rule and can be used. Rules are not changed once others
// have them: Set and Forget return new ones.
type Rules []Rule

// Parse reads the JSON of rules. Nothing at all is no rule.
func Parse(text []byte) (Rules, error) {
	var r Rules
	if len(strings.TrimSpace(string(text))) == 0 {
		return nil, nil
	}
	return r, r.UnmarshalJSON(text)
}

// UnmarshalJSON implements [json.Unmarshaler].
func (r *Rules) UnmarshalJSON(text []byte) error {
	named := map[string]string{}
	var list []string
	if err := json.Unmarshal(text, &list); err == nil {
		for _, p := range list {
			named[p] = Allow.String()
		}
	} else if err := json.Unmarshal(text, &named); err != nil {
		return fmt.Errorf(`grants are neither {"PATTERN": "allow", …} nor ["PATTERN", …]`)
	}
	rules := make(Rules, 0, len(named))
	for text, name := range named {
		p, err := ParsePattern(text)
		if err != nil {
			return err
		}
		d, err := ParseDecision(name)
		if err != nil {
			return fmt.Errorf("%s: %w", text, err)
		}
		rules = rules.Set(Rule{p, d})
	}
	*r = rules
	return nil
}

// MarshalJSON implements [json.Marshaler].
func (r Rules) MarshalJSON() ([]byte, error) {
	named := make(map[string]string, len(r))
	for _, rule := range r {
		named[rule.Pattern.String()] = rule.Decision.String()
	}
	return json.Marshal(named)
}

// Set is the rules with one more, in place of that of the same pattern.
func (r Rules) Set(rule Rule) Rules {
	i, found := slices.BinarySearchFunc(r, rule, func(a, b Rule) int { return strings.Compare(a.Pattern.String(), b.Pattern.String()) })
	out := slices.Clone(r)
	if found {
		out[i] = rule
		return out
	}
	return slices.Insert(out, i, rule)
}

// Forget is the rules without that of the pattern, and whether there was one.
func (r Rules) Forget(p Pattern) (Rules, bool) {
	out := slices.DeleteFunc(slices.Clone(r), func(rule Rule) bool { return rule.Pattern == p })
	return out, len(out) < len(r)
}

// Decide finds the rule about a use of a service; its Decision is zero if there is none. A
// target is a path from the root, a host with or without a port, a name, or empty.
func (r Rules) Decide(service, target string) Rule {
	var best Rule
	narrowest := -1
	target = clean(target)
	for _, rule := range r {
		n, ok := rule.matches(service, target)
		if ok && (n > narrowest || n == narrowest && rule.Decision > best.Decision) {
			best, narrowest = rule, n
		}
	}
	return best
}

// For is the pattern that a user would give for a use and what is like it: a host at any
// port, a path with what is below it, a name.
func For(service, target string) Pattern {
	if target = clean(target); target == "" {
		return Pattern{service, Any}
	}
	if target[0] != '/' {
		target, _ = splitPort(target)
	}
	return Pattern{service, target}
}
