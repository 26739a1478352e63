package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestCodeBlock(t *testing.T) {
	for _, test := range []struct {
		name, info, code, want string
		live                   bool
	}{
		{"a session", "console", "$ echo <a>\n<a>\n", "<code class=\"language-console\">$ echo &lt;a&gt;", true},
		{"a session with words", "console id=one needs=about-go", "$ ls\n", `<bushel-cell id="one" shell="page" data-needs="about-go" expected>`, true},
		{"a session of another shell", `console shell=a"b`, "$ ls\n", `shell="a&#34;b"`, true},
		{"a session that is to stand still", "console still", "$ ls\n", "", false},
		{"no session", "console", "ls\n", "", false},
		{"another language", "sh", "$ ls\n", "", false},
		{"no language", "", "$ ls\n", "language-text", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := codeBlock("page", strings.Fields(test.info), test.code)
			if live := strings.Contains(got, "<bushel-cell"); live != test.live || !strings.Contains(got, test.want) {
				t.Errorf("it is %q", got)
			}
		})
	}
}

func TestBuild(t *testing.T) {
	dir := t.TempDir()
	for _, section := range contents {
		for _, name := range section.pages {
			if name != manualPage {
				write(t, filepath.Join(dir, name+".md"), "# The page "+name+"\n\n[a](index.md#the-page-index) [b](../README.md)\n")
			}
		}
	}
	write(t, filepath.Join(dir, "late.md"), "# Late\n\n|a|\n|-|\n|b|\n")
	out := filepath.Join(dir, "out")
	write(t, filepath.Join(out, "gone.html"), "")
	b := &builder{docs: dir, out: out, site: "../"}
	if err := b.build(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(out, "gone.html")); err == nil {
		t.Error("what an earlier build has left is there")
	}
	page, err := os.ReadFile(filepath.Join(out, "late.html"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`<script type="module" src="../bushel.js">`, `<a href="late.html" aria-current="page">Late</a>`, `<div class="scroll" tabindex="0"><table>`} {
		if !strings.Contains(string(page), want) {
			t.Errorf("late.html has no %s", want)
		}
	}

	for name, text := range map[string]string{
		"a page that is not there":      "# Late\n\n[x](nothing.md)\n",
		"a place that is not there":     "# Late\n\n[x](index.md#nothing)\n",
		"its own place, that is none":   "# Late\n\n[x](#nothing)\n",
		"no heading to be its title by": "text\n",
	} {
		t.Run(name, func(t *testing.T) {
			write(t, filepath.Join(dir, "late.md"), text)
			if err := (&builder{docs: dir, out: out}).build(); err == nil || !strings.Contains(err.Error(), "late has ") {
				t.Errorf("the error is %v", err)
			}
		})
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
