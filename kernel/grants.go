package kernel

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/grant"
	"github.com/bushel-wasm/bushel/kernel/vfs"
)

// Grants decides what processes may use of services, hosts and paths. There are three
// origins of rules, and the strictest of them decides: those of the page, or of whoever
// else embeds the kernel, hold for all; those that a package declares hold for the
// processes that the bus starts for it, or that are started from its module, and for what these start, to
// which all else is denied; those of the
// user hold for all, and answer where another asks.
//
// A process cannot widen what it may: its children have its grants, and only programs of
// the kernel that the user or the embedder has started, with no guest and no package
// above them, change rules.
type Grants struct {
	k     *Kernel
	page  grant.Rules
	store GrantStore

	// mu guards all below. No call is made to others while it is held.
	mu     sync.Mutex
	user   grant.Rules
	asking map[string]*asked // by the rule that would answer

	saving sync.Mutex // orders writes to the store
}

// GrantStore keeps the user's rules for the next start.
type GrantStore interface {
	// Load is what was saved last, empty if nothing was.
	Load() ([]byte, error)
	// Save keeps text. It may wait.
	Save(text []byte) error
}

// narrowing is what a process may use at most, and all that it starts. It is not changed.
type narrowing struct {
	pkg   string // the package that declares it, empty for what a user has started so
	where string // of a package: where it does so
	rules grant.Rules
	outer *narrowing // holds as well; nil for none
}

// Grants is who decides what processes may use.
func (k *Kernel) Grants() *Grants { return k.grants }

func newGrants(k *Kernel) *Grants {
	g := &Grants{k: k, page: k.cfg.Policy, store: k.cfg.GrantStore, asking: map[string]*asked{}}
	if g.store == nil {
		return g
	}
	text, err := g.store.Load()
	if err == nil {
		g.user, err = grant.Parse(text)
	}
	if err != nil {
		// What the user has forbidden is not known: nothing is done without asking.
		g.user = grant.Rules{}.Set(grant.Rule{Pattern: grant.Pattern{Service: grant.Any, Target: grant.Any}, Decision: grant.Ask})
		k.log.Error("the user's grants cannot be read: everything is asked for", "module", "grants", "err", err)
	}
	return g
}

// GrantOrigin is who has set a rule.
type GrantOrigin string

// The origins of rules.
const (
	GrantPage    GrantOrigin = "page"
	GrantPackage GrantOrigin = "package"
	GrantUser    GrantOrigin = "user"
)

// GrantInfo tells of a rule.
type GrantInfo struct {
	Pattern  string      `json:"pattern"`
	Decision string      `json:"decision"`
	Origin   GrantOrigin `json:"origin"`
	Package  string      `json:"package,omitempty"` // of GrantPackage
}

// List tells of all rules: the page's, those of the packages that are declared, and
// the user's. It reads files, so it may wait.
func (g *Grants) List() []GrantInfo {
	list := []GrantInfo{}
	add := func(rules grant.Rules, origin GrantOrigin, pkg string) {
		for _, r := range rules {
			list = append(list, GrantInfo{r.Pattern.String(), r.Decision.String(), origin, pkg})
		}
	}
	add(g.page, GrantPage, "")
	for _, conf := range g.k.bus.declared() {
		if rules, err := grant.Parse(conf.Grants); err == nil {
			add(rules, GrantPackage, conf.Name)
		}
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	add(g.user, GrantUser, "")
	return list
}

// Set makes rules of the user, in the name of the process p.
//
// # Errors
//
// EPERM with a sentence if p may change none; what the store says, after which the rules
// hold until the kernel ends.
func (g *Grants) Set(p *Process, rules ...grant.Rule) error {
	return g.change(p, func(user grant.Rules) grant.Rules {
		for _, r := range rules {
			user = user.Set(r)
		}
		return user
	})
}

// Forget takes rules of the user away, those that there are, in the name of the process
// p. Its errors are those of Set, and ENOENT with a sentence if one is not there.
func (g *Grants) Forget(p *Process, patterns ...grant.Pattern) error {
	var unknown []string
	err := g.change(p, func(user grant.Rules) grant.Rules {
		for _, pattern := range patterns {
			var found bool
			if user, found = user.Forget(pattern); !found {
				unknown = append(unknown, pattern.String())
			}
		}
		return user
	})
	if err == nil && len(unknown) > 0 {
		return errno.Faultf(errno.ENOENT, "the user has no rule for %s", strings.Join(unknown, ", "))
	}
	return err
}

func (g *Grants) change(p *Process, fn func(grant.Rules) grant.Rules) error {
	if p.foreign {
		return errno.Faultf(errno.EPERM, "grants are the user's to change: no program that a guest or a package has started may")
	}
	return g.put(fn)
}

// put changes the user's rules and saves them.
func (g *Grants) put(fn func(grant.Rules) grant.Rules) error {
	g.saving.Lock()
	defer g.saving.Unlock()
	g.mu.Lock()
	g.user = fn(g.user)
	text, err := json.Marshal(g.user)
	g.mu.Unlock()
	if err == nil && g.store != nil {
		err = g.store.Save(text)
	}
	if err != nil {
		return fmt.Errorf("the grants will not be kept: %w", err)
	}
	return nil
}

// A use is something that a process wants to do.
type use struct{ service, target string }

// pattern is the rule's that a user would give for u and what is like it: the host at any
// port, the path, the name.
func (u use) pattern() grant.Pattern { return grant.For(u.service, u.target) }

// verdictOn is what the rules say of a use by a process that is narrowed by n, which may be nil:
// the decision, and for one that is not to allow, who says so and how that can be changed.
func (g *Grants) verdictOn(n *narrowing, u use) (d grant.Decision, why string) {
	g.mu.Lock()
	user := g.user
	g.mu.Unlock()
	if len(g.page) == 0 && len(user) == 0 && n == nil {
		return grant.Allow, ""
	}
	say := func(by grant.Rule, text string) {
		if by.Decision > d {
			d, why = by.Decision, text
		}
	}
	d = grant.Allow
	if r := g.page.Decide(u.service, u.target); r.Decision != 0 {
		say(r, fmt.Sprintf("the page says %s for %s, which its policy can change", r.Decision, r.Pattern))
	}
	for ; n != nil; n = n.outer {
		r, why := n.decide(u)
		say(r, why)
	}
	r := user.Decide(u.service, u.target)
	give := fmt.Sprintf("give it with: bus grants allow '%s'", u.pattern())
	switch {
	case r.Decision == grant.Allow && d == grant.Ask:
		return grant.Allow, ""
	case r.Decision == grant.Deny && d != grant.Deny:
		return grant.Deny, fmt.Sprintf("the user's rule for %s denies it; %s", r.Pattern, give)
	case d == grant.Ask || r.Decision == grant.Ask && d != grant.Deny:
		return grant.Ask, give
	}
	return d, why
}

// decide is what the narrowing alone says of a use, and how that can be changed.
func (n *narrowing) decide(u use) (r grant.Rule, why string) {
	r = n.rules.Decide(u.service, u.target)
	if r.Decision == 0 && (n.pkg == "" || u.service != grant.Bus) { // other packages have grants of their own
		r.Decision = grant.Deny
	}
	if n.pkg == "" {
		return r, fmt.Sprintf("the program was started without it: give it with: run --grant '%s'", u.pattern())
	}
	return r, fmt.Sprintf("the package %s does not declare it: put \"%s\" into %s", n.pkg, u.pattern(), n.where)
}

// narrows is how a process is narrowed that was started with these grants by one that is
// narrowed by outer, which may be nil.
func narrows(patterns []string, outer *narrowing) (*narrowing, error) {
	n := &narrowing{outer: outer}
	for _, text := range patterns {
		p, err := grant.ParsePattern(text)
		if err != nil {
			return nil, errno.Faultf(errno.EINVAL, "%s", err)
		}
		n.rules = n.rules.Set(grant.Rule{Pattern: p, Decision: grant.Allow})
	}
	return n, nil
}

// Check asks whether the process p may use a service on a target; see package grant for
// both. It may wait for the user's answer, until ctx is done, at the terminal of p's session.
//
// # Errors
//
// A [bus.Error] of the code permission_denied that names the missing grant and how to
// give it, and whose error number is EACCES.
func (g *Grants) Check(ctx context.Context, p *Process, service, target string) error {
	return g.check(ctx, p, use{service, target}, func() *tty { return p.terminal() })
}

// CheckCall is Check for the caller of a call that has come to the package os. Where its
// session has no terminal, the one in whose service it calls is asked.
func (g *Grants) CheckCall(ctx context.Context, in *bus.Incoming, service, target string) error {
	m := in.Meta()
	p, ok := g.k.Find(int(m.Caller))
	if !ok {
		return bus.ErrLinkClosed
	}
	return g.check(ctx, p, use{service, target}, func() *tty { return g.k.bus.terminalOf(p, m) })
}

func (g *Grants) check(ctx context.Context, p *Process, u use, terminal func() *tty) error {
	d, why := g.verdictOn(p.narrowed, u)
	if d == grant.Ask {
		t := terminal()
		if t == nil {
			why = "there is no terminal to ask at; " + why
		} else if answer, err := g.ask(ctx, t, p, u); err != nil {
			return err
		} else if answer {
			return nil
		} else {
			why = "the user was asked and did not allow it; " + why
		}
	} else if d == grant.Allow {
		return nil
	}
	g.logs(p, u, why)
	return missing(u, why)
}

// logs notes a use that was refused.
func (g *Grants) logs(p *Process, u use, why string) {
	g.k.log.Warn("a grant is missing", "module", "grants", "pid", p.pid, "grant", u.pattern().String(), "target", u.target, "why", why)
}

// missing is the error of a use that is not granted.
func missing(u use, why string) error {
	return &bus.Error{
		Code: bus.CodePermissionDenied, Crate: bus.CrateAccessDenied, Errno: uint16(errno.EACCES),
		Message: fmt.Sprintf("the grant %s is missing: %s", u.pattern(), why),
	}
}

// MayUse is [Grants.Check] for a system call of p, whose errors are numbers with sentences:
// EACCES.
func (p *Process) MayUse(ctx context.Context, service, target string) error {
	return asFault(p.k.grants.Check(ctx, p, service, target))
}

// mayUse is MayUse for the outside part of a call, which is begun anew if the user has to
// be asked.
func (c *call) mayUse(u use) error {
	d, _ := c.k.grants.verdictOn(c.p.narrowed, u)
	switch {
	case d == grant.Allow:
		return nil
	case d == grant.Ask && c.ctx == nil:
		return vfs.ErrWouldWait
	}
	return c.p.MayUse(c.ctx, u.service, u.target)
}

// asFault is the error of a use as system calls have errors: a number with a sentence.
func asFault(err error) error {
	if e, ok := errors.AsType[*bus.Error](err); ok && e.Code == bus.CodePermissionDenied {
		return errno.Faultf(errno.EACCES, "%s", e.Message)
	}
	return err
}

// declares is the narrowing of the processes of a package.
func (g *Grants) declares(conf *busConf) (*narrowing, error) {
	rules, err := grant.Parse(conf.Grants)
	if err != nil {
		return nil, fmt.Errorf("its declaration: %w", err)
	}
	return &narrowing{pkg: conf.Name, where: "the grants of its file in " + busDeclarations, rules: slices.Clip(rules)}, nil
}
