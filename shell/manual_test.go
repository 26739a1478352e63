package shell_test

import (
	"os"
	"strings"
	"testing"

	"github.com/bushel-wasm/bushel/kernel/mounts"
	"github.com/bushel-wasm/bushel/shell/commands"
	"github.com/bushel-wasm/bushel/shell/manual"
)

// TestManual_everyProgram looks for a page for all that can be typed without a path.
func TestManual_everyProgram(t *testing.T) {
	k := boot(t)
	pages := map[string]manual.Page{}
	for _, page := range commands.Manual() {
		pages[page.Name] = page
		if summary := page.Summary(); summary == "" || len(summary) > 100 || strings.Contains(summary, "\n") {
			t.Errorf("%s: the summary is %q", page.Name, summary)
		}
	}
	entries, err := k.Init().Files().ReadDir("/bin")
	if err != nil || len(entries) < 100 {
		t.Fatalf("/bin has %d programs, %v", len(entries), err)
	}
	names := []string{"cd"}
	for _, entry := range entries {
		names = append(names, entry.Name)
	}
	builtins := sh(t, k, "enable | cut -d ' ' -f 2").out
	names = append(names, strings.Fields(builtins)...)
	for _, name := range names {
		page, ok := pages[name]
		if !ok || page.Text == "" {
			t.Errorf("%s has no page", name)
			continue
		}
		got := sh(t, k, "man '"+name+"'")
		if got.err != "" || got.status.Code() != 0 || !strings.HasPrefix(got.out, "NAME\n    "+name) || !strings.Contains(got.out, "\nSYNOPSIS\n    "+name) {
			t.Errorf("man %s: %q, %q, %v", name, got.out, got.err, got.status)
		}
	}
	list := sh(t, k, "help").out
	for name := range pages {
		if name != "sh" && name != "bash" && !strings.Contains(list, "\n"+name+" ") {
			t.Errorf("help does not list %s", name)
		}
	}
	for name := range manual.Examples() {
		if _, ok := pages[name]; !ok {
			t.Errorf("there are examples of %q, which has no page", name)
		}
	}
}

// TestManual_examples runs the examples. With -update it writes what they print.
func TestManual_examples(t *testing.T) {
	const file = "manual/examples.txt"
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var written strings.Builder
	for part := range strings.SplitSeq("\n"+string(data), "\n== ") {
		name, text, _ := strings.Cut(part, "\n")
		if name == "" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			got := runSession(t, text)
			if *update {
				written.WriteString("== " + name + "\n" + got)
			} else if got != strings.Trim(text, "\n")+"\n" {
				t.Errorf("the session is\n%s\nand the page has\n%s", got, text)
			}
		})
	}
	if *update {
		if err := os.WriteFile(file, []byte(written.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// runSession types the lines of a session and returns it with what they print now.
func runSession(t *testing.T, text string) string {
	const mark = "\x1e"
	var script strings.Builder
	var typed []string
	for line := range strings.Lines(strings.Trim(text, "\n") + "\n") {
		switch {
		case strings.HasPrefix(line, "$ "):
			typed = append(typed, line)
			if len(typed) > 1 {
				script.WriteString("printf '\\036'\n")
			}
			script.WriteString(line[2:])
		case strings.HasPrefix(line, "> "):
			typed[len(typed)-1] += line
			script.WriteString(line[2:])
		}
	}
	k := boot(t)
	mounts.Register(k, mounts.Options{})
	if err := commands.MakeTree(k); err != nil {
		t.Fatal(err)
	}
	if err := k.Init().Files().WriteFile("/tmp/session", []byte(script.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	got := run(t, k, "/home/user", "exec 2>&1\n. /tmp/session </dev/null\n", "sh")
	var session strings.Builder
	outputs := strings.Split(got.out, mark)
	for i, line := range typed {
		session.WriteString(line)
		if i < len(outputs) && outputs[i] != "" {
			session.WriteString(strings.TrimSuffix(outputs[i], "\n") + "\n")
		}
	}
	return session.String()
}
