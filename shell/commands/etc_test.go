package commands_test

import (
	"strings"
	"testing"

	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/shell/commands"
)

func TestMakeTree(t *testing.T) {
	w := newWorld(t)
	w.must(w.fs.MkdirAll("/etc", 0o755))
	w.must(w.fs.WriteFile("/etc/hosts", []byte("mine\n"), 0o600))
	for range 2 { // what is there is left alone
		w.must(commands.MakeTree(w.k))
	}
	for name, want := range map[string]string{
		"/etc/hosts": "mine\n", "/etc/passwd": "user:x:1000:", "/etc/group": "user:x:1000:", "/usr/bin/env": "#!builtin env",
	} {
		b, err := w.fs.ReadFile(name)
		if err != nil || !strings.Contains(string(b), want) {
			t.Errorf("%s is %q, %v", name, b, err)
		}
	}
	if st, err := w.fs.Stat("/home/user/bin"); err != nil || st.Type != sys.TypeDirectory {
		t.Error(st, err)
	}
}
