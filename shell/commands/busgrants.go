package commands

import (
	"fmt"

	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/grant"
)

// busGrants shows the grants, or changes the user's.
func (c *cmd) busGrants() int {
	f := c.flags()
	f.posix, f.bad = true, 2
	asJSON := false
	f.bool(&asJSON, "j|json")
	args := f.parse()
	all := c.p.Kernel().Grants()
	if len(args) == 0 {
		return c.printGrants(all.List(), asJSON)
	}
	var patterns []grant.Pattern
	for _, text := range args[1:] {
		p, err := grant.ParsePattern(text)
		if err != nil {
			c.fail(2, "%s", err)
		}
		patterns = append(patterns, p)
	}
	if len(patterns) == 0 {
		c.usageError(2, "missing pattern")
	}
	var err error
	if args[0] == "forget" {
		err = all.Forget(c.p, patterns...)
	} else {
		d, bad := grant.ParseDecision(args[0])
		if bad != nil {
			c.usageError(2, "'%s' is none of allow, deny, ask and forget", args[0])
		}
		rules := make([]grant.Rule, len(patterns))
		for i, p := range patterns {
			rules[i] = grant.Rule{Pattern: p, Decision: d}
		}
		err = all.Set(c.p, rules...)
	}
	if err != nil {
		c.fail(1, "%s", reason(err))
	}
	return 0
}

func (c *cmd) printGrants(list []kernel.GrantInfo, asJSON bool) int {
	if asJSON {
		return c.printJSON(list)
	}
	for _, g := range list {
		origin := string(g.Origin)
		if g.Package != "" {
			origin += " " + g.Package
		}
		fmt.Fprintf(c.out, "%-6s %-32s %s\n", g.Decision, errno.Plain(g.Pattern), errno.Plain(origin))
	}
	return 0
}
