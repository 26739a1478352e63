package guards

import (
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// rooms is the table of ARCHITECTURE.md: what each folder, with all below it that
// is not listed itself, may import of ours. What it may import, it may also
// import indirectly: the closure is taken. nil is everything.
var rooms = map[string][]string{
	"bus":             {},
	"kernel/errno":    {},
	"kernel/sys":      {"bus", "kernel/errno"},
	"kernel/vfs":      {"kernel/sys"},
	"kernel":          {"kernel/vfs"},
	"kernel/link":     {"kernel"},
	"kernel/engine":   {"kernel/errno"},
	"kernel/abi":      {"kernel/sys", "kernel/engine"},
	"kernel/machine":  {"kernel", "kernel/engine", "kernel/abi"},
	"busimpl":         {"kernel"},
	"shell":           {"kernel", "shell/regex", "shell/packages", "shell/manual", "shell/filemode", "shell/condition", "shell/cformat"},
	"shell/commands":  {"kernel", "shell/regex", "shell/packages", "shell/manual", "shell/filemode", "shell/condition", "shell/cformat"},
	"shell/packages":  {"kernel", "kernel/engine"},
	"shell/manual":    {},
	"shell/filemode":  {},
	"shell/condition": {"kernel/sys"},
	"shell/regex":     {"shell/paced"},
	"shell/cformat":   {"shell/paced"},
	"shell/paced":     {},
	"web":             nil,
	"cmd":             nil,
	"internal":        {},
	"examples":        {"bus"},
	"e2e":             nil,
}

// roomOf is the room that a folder belongs to: the longest name in the table.
func roomOf(folder string) (string, bool) {
	for name := folder; name != "." && name != ""; name = filepath.Dir(name) {
		if _, ok := rooms[name]; ok {
			return name, true
		}
	}
	return "", false
}

// mayImport reports whether room may import target, a room too.
func mayImport(room, target string) bool {
	if room == target || rooms[room] == nil {
		return true
	}
	for _, next := range rooms[room] {
		if next == target || mayImport(next, target) {
			return true
		}
	}
	return false
}

func TestImportsFollowTheRooms(t *testing.T) {
	for _, goos := range []string{"native", "js"} {
		t.Run(goos, func(t *testing.T) {
			for _, p := range list(t, goos, "./...") {
				room, ok := roomOf(p.room())
				if !ok {
					t.Errorf("%s is in no room: put its folder into the table of ARCHITECTURE.md and this test", p.ImportPath)
					continue
				}
				for _, path := range p.Imports {
					folder, ours := strings.CutPrefix(path, module+"/")
					if !ours {
						continue
					}
					if target, ok := roomOf(folder); !ok || !mayImport(room, target) {
						t.Errorf("%s imports %s, which %s may not", p.room(), folder, room)
					}
				}
			}
		})
	}
}

// TestRoomsAreWritten holds the table here against the one that people read.
func TestRoomsAreWritten(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(root(t), "ARCHITECTURE.md"))
	if err != nil {
		t.Fatal(err)
	}
	for room := range rooms {
		if !strings.Contains(string(data), "`"+room+"`") && !strings.Contains(string(data), "`"+room+"/") {
			t.Errorf("ARCHITECTURE.md does not name the room %s", room)
		}
	}
}

func TestOnlyBrowserFilesImportSyscallJS(t *testing.T) {
	dir := root(t)
	for _, name := range tracked(t) {
		if filepath.Ext(name) != ".go" || strings.HasPrefix(name, "web/") || strings.Contains(name, "/testdata/") {
			continue // guests in testdata are no part of the build
		}
		if strings.HasSuffix(name, "_js.go") || strings.HasSuffix(name, "_js_test.go") {
			continue
		}
		if slices.Contains(fileImports(t, filepath.Join(dir, name)), "syscall/js") {
			t.Errorf("%s imports syscall/js: only web/ and files named *_js.go may", name)
		}
	}
}

func fileImports(t *testing.T, path string) []string {
	t.Helper()
	if _, err := os.Stat(path); err != nil {
		return nil // removed, and not committed yet
	}
	f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	var paths []string
	for _, spec := range f.Imports {
		p, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		paths = append(paths, p)
	}
	return paths
}

// isTool reports whether p is a program for those who develop, which no page carries.
func isTool(p *pkg) bool { return p.room() == "bus/busgen" }

// heavy is what the page must not carry, with the reason.
var heavy = map[string]string{
	"net/http":      "2 MB more with gzip",
	"crypto/tls":    "it comes with net/http",
	"testing":       "it belongs to tests",
	"html/template": "the page is written in TypeScript",
}

func TestThePageStaysSmall(t *testing.T) {
	for _, p := range list(t, "js", "./bus/...", "./kernel/...", "./busimpl/...", "./shell/...", "./web/...") {
		if strings.HasSuffix(p.room(), "test") || isTool(p) {
			continue // suites that tests import
		}
		for _, dep := range p.Deps {
			if why, ok := heavy[dep]; ok {
				t.Errorf("for js, %s depends on %s: %s", p.room(), dep, why)
			}
		}
		// The parser of mvdan.cc/sh brings os/exec along, unused; nothing of ours may.
		if slices.Contains(p.Imports, "os/exec") {
			t.Errorf("for js, %s imports os/exec: there are no programs of the host in a page", p.room())
		}
	}
	for _, p := range list(t, "js", "./bus/...", "./kernel/...") {
		if !strings.HasSuffix(p.room(), "test") && !isTool(p) && slices.Contains(p.Deps, "os/exec") {
			t.Errorf("for js, %s depends on os/exec", p.room())
		}
	}
}
