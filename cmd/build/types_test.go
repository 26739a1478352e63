package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestDeclarations(t *testing.T) {
	write := func(dir, name, text string) {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	from, to := t.TempDir(), t.TempDir()
	write(from, "a.d.ts", `import { B } from "./sub/b.ts";`+"\n"+`export { type C } from "./c.ts";`)
	write(from, "sub/b.d.ts", `import type { A } from "../a.ts";`+"\n"+`export interface B { [Symbol.dispose](): void; c: import("../c.ts").C }`)
	write(from, "c.d.ts", `export type C = "x.ts";`)
	write(from, "unused.d.ts", `import "nowhere";`)
	if err := declarations(from, to, "a"); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"a.d.ts":     `import { B } from "./sub/b.js";` + "\n" + `export { type C } from "./c.js";`,
		"sub/b.d.ts": "/// <reference lib=\"esnext.disposable\" />\n" + `import type { A } from "../a.js";` + "\n" + `export interface B { [Symbol.dispose](): void; c: import("../c.js").C }`,
		"c.d.ts":     `export type C = "x.ts";`,
	} {
		got, err := os.ReadFile(filepath.Join(to, name))
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != want {
			t.Errorf("%s is %s, not %s", name, got, want)
		}
	}
	if _, err := os.Stat(filepath.Join(to, "unused.d.ts")); err == nil {
		t.Error("what nobody imports is there")
	}
	write(from, "c.d.ts", `import type { X } from "@xterm/xterm";`)
	if err := declarations(from, t.TempDir(), "a"); err == nil || !strings.Contains(err.Error(), "@xterm/xterm") {
		t.Errorf("a package that is not there: %v", err)
	}
}
