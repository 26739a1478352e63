package kernel

import (
	"context"
	"strings"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/kernel/grant"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// A question is put to who sits at a terminal, between whatever else goes on there: what is
// typed is its answer, until that is whole, and reaches no program. What was typed before
// the question is none.

// asked is a question under way, which all that want to know the same wait for.
type asked struct {
	over  chan struct{}
	allow bool
}

// question is one that a terminal shows.
type question struct {
	text   string
	shown  bool
	line   []byte
	answer chan reply
}

// reply is how a question was answered. One that was not settled is asked again the next
// time.
type reply struct{ yes, settled bool }

// ask asks at t whether p may, and remembers what the user says as a rule of theirs.
func (g *Grants) ask(ctx context.Context, t *tty, p *Process, u use) (bool, error) {
	pattern := u.pattern()
	g.mu.Lock()
	a := g.asking[pattern.String()]
	first := a == nil
	if first {
		a = &asked{over: make(chan struct{})}
		g.asking[pattern.String()] = a
	}
	g.mu.Unlock()
	if !first {
		select {
		case <-a.over:
			return a.allow, nil
		case <-ctx.Done():
			return false, context.Cause(ctx)
		}
	}
	// An answer may have come since the rules were looked at.
	d, _ := g.verdictOn(p.narrowed, u)
	allow, err := d == grant.Allow, error(nil)
	if d == grant.Ask {
		allow, err = g.question(ctx, t, p, u)
	}
	g.mu.Lock()
	a.allow = allow
	delete(g.asking, pattern.String())
	g.mu.Unlock()
	close(a.over)
	return allow, err
}

// question puts the question to the user, and makes a settled answer a rule of theirs.
func (g *Grants) question(ctx context.Context, t *tty, p *Process, u use) (allow bool, err error) {
	r, err := t.ask(ctx, questionText(p, u))
	if err != nil || !r.settled {
		return false, err
	}
	d := grant.Deny
	if r.yes {
		d = grant.Allow
	}
	err = g.put(func(user grant.Rules) grant.Rules { return user.Set(grant.Rule{Pattern: u.pattern(), Decision: d}) })
	if err != nil { // the answer holds until the kernel ends
		g.k.log.Warn("an answer is not kept", "module", "grants", "err", err)
	}
	return r.yes, nil
}

// questionText is what the user reads. Nothing that a program has chosen can move the
// cursor or look like another line.
func questionText(p *Process, u use) string {
	shown := func(s string) string {
		s = strings.Map(func(r rune) rune {
			if r < ' ' || r >= 0x7f {
				return '?'
			}
			return r
		}, s)
		if len(s) > 200 {
			s = s[:200] + "..."
		}
		return s
	}
	return "bushel: may " + shown(p.name) + " use " + shown(u.pattern().String()) + "? It will be remembered. [yes/no] "
}

// terminal is the controlling terminal of the process's session, nil if there is none.
func (p *Process) terminal() *tty {
	p.k.lock()
	defer p.k.unlock()
	if p.session == nil {
		return nil
	}
	return p.session.tty
}

// terminalOf is the terminal of p, who makes the call m tells of, or of the next one in whose
// service that is made.
func (b *Bus) terminalOf(p *Process, m bus.Meta) *tty {
	for range bus.DefaultDepth {
		if t := p.terminal(); t != nil || m.Cause == 0 {
			return t
		}
		up, ok := b.jobOf(m.Cause)
		if !ok {
			return nil
		}
		m = up
		if p, ok = b.k.Find(int(m.Caller)); !ok {
			return nil
		}
	}
	return nil
}

// jobOf is what came with a call that a package serves now.
func (b *Bus) jobOf(call uint64) (bus.Meta, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, p := range b.packages {
		for _, inst := range p.instances {
			if j := inst.running[call]; j != nil {
				return j.in.Meta(), true
			}
		}
	}
	return bus.Meta{}, false
}

// ask shows a question and waits for its answer.
func (t *tty) ask(ctx context.Context, text string) (reply, error) {
	q := &question{text: text, answer: make(chan reply, 1)}
	k := t.k
	k.lock()
	if t.hung {
		k.unlock()
		return reply{}, nil
	}
	t.questions = append(t.questions, q)
	t.show()
	k.unlock()
	select {
	case r := <-q.answer:
		return r, nil
	case <-ctx.Done():
		k.lock()
		defer k.unlock()
		if len(t.questions) > 0 && t.questions[0] == q {
			t.say("\n")
			t.answered(reply{})
			return reply{}, context.Cause(ctx)
		}
		for i, other := range t.questions {
			if other == q {
				t.questions = append(t.questions[:i:i], t.questions[i+1:]...)
			}
		}
		return reply{}, context.Cause(ctx)
	}
}

// show prints the first question, once.
func (t *tty) show() {
	if len(t.questions) == 0 || t.questions[0].shown {
		return
	}
	q := t.questions[0]
	q.shown = true
	if t.col != 0 || t.mode&sys.TTYCanon == 0 {
		t.say("\n")
	}
	t.say(q.text)
}

// say prints for a question, in whatever mode the terminal is. Where a flood leaves no
// room, that gives way.
func (t *tty) say(text string) {
	text = strings.ReplaceAll(text, "\n", "\r\n")
	if t.out.free() < len(text) {
		t.out = ring{max: ttyOutput}
	}
	t.out.put([]byte(text))
	t.move([]byte(text))
	t.mq.wake()
}

// answerKey takes a byte that was typed while a question is shown.
func (t *tty) answerKey(b byte) {
	q := t.questions[0]
	switch {
	case b == '\r' || b == '\n':
		t.say("\n")
		switch strings.ToLower(string(q.line)) {
		case "y", "yes":
			t.answered(reply{yes: true, settled: true})
		case "n", "no":
			t.answered(reply{settled: true})
		default:
			q.line = q.line[:0]
			t.say("yes or no? ")
		}
	case b == keyIntr || b == keyEOF:
		t.say("\n")
		t.answered(reply{})
	case b == keyErase || b == keyBack:
		if n := len(q.line); n > 0 {
			q.line = q.line[:n-1]
			t.say("\b \b")
		}
	case b > ' ' && b < keyErase && len(q.line) < 16:
		q.line = append(q.line, b)
		t.say(string([]byte{b}))
	}
}

// answered ends the first question, and shows the next. An editor draws its line anew.
func (t *tty) answered(r reply) {
	q := t.questions[0]
	t.questions = t.questions[1:]
	q.answer <- r
	t.show()
	if len(t.questions) == 0 && t.mode&sys.TTYCanon == 0 && t.group != 0 {
		t.k.signalGroup(t.group, sys.SIGWINCH)
	}
	t.changed()
}
