package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/bushel-wasm/bushel/internal/guests"
	"github.com/bushel-wasm/bushel/shell/packages"
)

// shelf is a server with a catalogue, some of whose packages are not what it says.
type shelf struct {
	*httptest.Server
	catalog string       // its URL
	module  []byte       // of all packages
	fetches atomic.Int64 // of modules
}

func newShelf(t *testing.T) *shelf {
	t.Helper()
	module, err := os.ReadFile(guests.Need(t, "hello-c"))
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(module)
	good := packages.Package{Name: "good", Version: "1.2", URL: "good.wasm", SHA256: hex.EncodeToString(sum[:]), Size: int64(len(module)), About: "says hello", Grants: []string{"http"}}
	list := packages.Catalog{Packages: []packages.Package{good}}
	for _, name := range []string{"gone", "page", "half", "chunked", "long", "other", "broken", "lies", "named"} {
		p := good
		p.Name, p.URL, p.Grants = name, name+".wasm", nil
		switch name {
		case "lies":
			p.SHA256 = strings.Repeat("0", 64)
		case "other":
			p.Size--
		case "named":
			p.Command, p.URL = "greets", "good.wasm"
		}
		list.Packages = append(list.Packages, p)
	}
	s := &shelf{module: module}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/catalog.json" {
			json.NewEncoder(w).Encode(&list)
			return
		}
		s.fetches.Add(1)
		switch r.URL.Path {
		case "/good.wasm", "/lies.wasm", "/other.wasm":
			w.Write(module)
		case "/page.wasm":
			fmt.Fprint(w, "<!DOCTYPE html><p>Please log in</p>")
		case "/half.wasm":
			w.Header().Set("Content-Length", strconv.Itoa(len(module)))
			w.Write(module[:len(module)/2])
		case "/chunked.wasm": // a length that nobody can compare
			w.Write(module[:len(module)/2])
			http.NewResponseController(w).Flush()
		case "/long.wasm":
			w.Write(append(module[:len(module):len(module)], 0))
		case "/broken.wasm":
			w.Write(module[:8])
			http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		case "/text.wasm":
			fmt.Fprint(w, "text")
		case "/empty.wasm":
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(s.Close)
	s.catalog = s.URL + "/catalog.json"
	return s
}

// TestInstall has programs come and go.
func TestInstall(t *testing.T) {
	s := newShelf(t)
	size := fmt.Sprintf("%.1f", float64(len(s.module))/1e6)
	sum := sha256.Sum256(s.module)
	for _, test := range []struct {
		name, line, out, err string // err is a part of it
		code, fetches        int
	}{
		{"of the catalogue", "install good && good you", "good 1.2 is installed: " + size + " MB, run it by its name: good\nit may use: http\nHello from C, you!\n", "", 0, 1},
		{"twice", "install -q good && install good", "good 1.2 is there already\n", "", 0, 1},
		{"from the cache", "install -q good && uninstall good && install -q good && good", "good 1.2 is gone\nHello from C!\n", "", 0, 1},
		{"of a damaged cache", "install -q good && uninstall good && chmod u+w .cache/packages/*.wasm && echo x >$(echo .cache/packages/*.wasm) && install -q good && good", "good 1.2 is gone\nHello from C!\n", "", 0, 2},
		{"under another command", "install -q named && greets; ls bin", "Hello from C!\ngreets.wasm\ngreets.wasm.grants\n", "", 0, 1},
		{"by its command", "install -q greets && ls bin", "greets.wasm\ngreets.wasm.grants\n", "", 0, 1},
		{"by a name of one's own", "install -q -n mine good && mine", "Hello from C!\n", "", 0, 1},
		{"by URL", "install -q " + s.URL + "/good.wasm && good", "Hello from C!\n", "", 0, 1},
		{"by URL, with its sum", "install -q -s " + hex.EncodeToString(sum[:]) + " " + s.URL + "/good.wasm && good", "Hello from C!\n", "", 0, 1},
		{"by URL, with another sum", "install -s " + strings.Repeat("0", 64) + " " + s.URL + "/good.wasm; ls bin", "", "and not the expected 0000", 0, 1},
		{"of a file", "install -q good && cp bin/good.wasm /tmp/copy.wasm && install -q /tmp/copy.wasm && copy && uninstall copy", "Hello from C!\ncopy is gone\n", "", 0, 1},
		{"of a file that is none", "echo text >/tmp/t.wasm; install /tmp/t.wasm; ls bin", "", "install: /tmp/t.wasm: it is no WebAssembly module\n", 0, 0},
		{"of a file cut short", "install -q good; head -c 1000 bin/good.wasm >/tmp/t.wasm; install /tmp/t.wasm; ls bin/*.wasm", "bin/good.wasm\n", "it is cut short or damaged", 0, 1},
		{"of a file that is missing", "install ./none.wasm", "", "install: ./none.wasm: no such file or directory\n", 1, 0},
		{"over a file of the user", "echo mine >bin/good.wasm; install good; cat bin/good.wasm; install -f -q good && good", "mine\nHello from C!\n", "is there already, and not of this package: -f replaces it", 0, 1},
		{"several, one of which fails", "install -q gone good; echo $?; ls bin/*.wasm", "1\nbin/good.wasm\n", "install: gone: the server answers 404 Not Found\n", 0, 2},
		{"nothing of that name", "install none", "", "install: none: the catalogue has no such package", 1, 0},
		{"a web page", "install page; ls bin", "", "install: page: it is a web page, and no WebAssembly module\n", 0, 1},
		{"half", "install half; ls bin", "", "install: half: the server broke off", 0, 1},
		{"half, of no length", "install chunked; ls bin", "", fmt.Sprintf("install: chunked: it has %d bytes, and the catalogue says %d\n", len(s.module)/2, len(s.module)), 0, 1},
		{"more than it should have", "install long; ls bin", "", fmt.Sprintf("it has more than the %d bytes that the catalogue says", len(s.module)), 0, 1},
		{"a size that is a lie", "install other; ls bin", "", fmt.Sprintf("it has more than the %d bytes that the catalogue says", len(s.module)-1), 0, 1},
		{"a sum that is a lie", "install lies; ls bin", "", "install: lies: its SHA-256 is " + hex.EncodeToString(sum[:]) + ", and not the expected 0000", 0, 1},
		{"broken off", "install broken; ls bin", "", "install: broken: the server broke off", 0, 1},
		{"text from a URL", "install " + s.URL + "/text.wasm; ls bin", "", "it is no WebAssembly module", 0, 1},
		{"nothing from a URL", "install " + s.URL + "/empty.wasm; ls bin", "", "it is empty", 0, 1},
		{"an odd name", "install " + s.URL + "/a%20b.wasm; ls bin", "", "-n gives it one", 0, 0},
		{"no host", "install http://", "", "install: http://: it is no URL\n", 1, 0},
		{"no server", "install http://127.0.0.1:1/x.wasm", "", "cannot be reached", 1, 0},
		{"nothing is left of what failed", "install half lies page 2>/dev/null; find . -type f | grep -v catalog.json", "", "", 1, 3},
		{"nothing is left of what is gone", "install -q good named && uninstall good named && find bin .local -type f", "good 1.2 is gone\nnamed 1.2 is gone\n", "", 0, 1},
		{"what cannot be taken away", "uninstall none ../x", "", "uninstall: none: no package of that name is installed\nuninstall: ../x: no package of that name is installed\n", 1, 0},
		{"the list", "install -q good; packages | head -2; packages -i | wc -l", "  broken       1.2           " + size + " MB  says hello\n  chunked      1.2           " + size + " MB  says hello\n1\n", "", 0, 1},
		{"all of one", "packages good | grep -e '^name' -e '^may' -e '^installed'", "name       good 1.2\ninstalled  not installed\nmay use    http\n", "", 0, 0},
		{"the cache is cleaned", "install -q good greets; uninstall good named >/dev/null; packages -c; packages -i", fmt.Sprintf("1 files, %d bytes\n", len(s.module)), "packages: nothing is installed\n", 0, 1},
		{"a command that is not there", "good", "", "sh: good: command not found\nsh: the package good has it: install good\n", 127, 0},
		{"a command of another name", "greets", "", "sh: greets: command not found\nsh: the package named has it: install named\n", 127, 0},
		{"a command that nobody has", "nobody", "", "sh: nobody: command not found\n", 127, 0},
		{"hosts are not granted", "bus grants deny http && install good; bus grants forget http; ls bin", "", "install: good: ", 0, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			before := s.fetches.Load()
			got := finish(t, command(t, "--catalog", s.catalog, "--engine", "interpreter", "-c", "cd; "+test.line), "")
			if got.out != test.out || got.code != test.code || !strings.Contains(got.err, test.err) || test.err == "" && got.err != "" {
				t.Errorf("%q, %q, %d; want %q, %q, %d", got.out, got.err, got.code, test.out, test.err, test.code)
			}
			if n := s.fetches.Load() - before; n != int64(test.fetches) {
				t.Errorf("%d modules were fetched, want %d", n, test.fetches)
			}
		})
	}
}

// TestInstall_grants has programs use what the catalogue grants them, and what not.
func TestInstall_grants(t *testing.T) {
	module, err := os.ReadFile(guests.Need(t, "get-go"))
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(module)
	get := packages.Package{Name: "get", URL: "get.wasm", SHA256: hex.EncodeToString(sum[:]), Size: int64(len(module)), Grants: []string{"http:127.0.0.1"}}
	mute := get
	mute.Name, mute.Grants = "mute", nil
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/catalog.json":
			json.NewEncoder(w).Encode(&packages.Catalog{Packages: []packages.Package{get, mute}})
		case "/get.wasm":
			w.Write(module)
		default:
			fmt.Fprint(w, "text")
		}
	}))
	t.Cleanup(s.Close)
	other := strings.Replace(s.URL, "127.0.0.1", "localhost", 1)
	tests := []struct{ name, line, want string }{ // want is a part of what is said; a program is loaded once in a session
		{"what is granted", "install -q get mute; get " + s.URL, "text"},
		{"another host", "get " + other, `the grant http:localhost is missing: the package get does not declare it: put "http:localhost" into /home/user/bin/get.wasm.grants`},
		{"nothing", "mute " + s.URL, "the package mute does not declare it"},
		{"by other programs", "echo " + s.URL + " | xargs env run bin/mute.wasm", "the package mute does not declare it"},
		{"no more by run", "run --grant '*' bin/mute.wasm " + s.URL, "the package mute does not declare it"},
		{"the user denies it", "bus grants deny http:127.0.0.1; get " + s.URL, "the user's rule for http:127.0.0.1 denies it"},
		{"the user allows more", "bus grants forget http:127.0.0.1; bus grants allow http:localhost; get " + other, "the package get does not declare it"},
		{"the page denies it", "bus grants allow http:127.0.0.2; get " + strings.Replace(s.URL, "127.0.0.1", "127.0.0.2", 1), "the page says deny for http:127.0.0.2"},
		{"what the user has put there", `bus grants forget http:127.0.0.2 http:localhost; echo '["http"]' >bin/get.wasm.grants; get ` + other, "text"},
		{"under another name", "uninstall get; install -q -n mine get; mine " + other, "into /home/user/bin/mine.wasm.grants"},
		{"of a URL all", "install -f -q -n mine " + s.URL + "/get.wasm; mine " + other, "text"},
	}
	script := "cd"
	for _, test := range tests {
		script += "; echo; echo '== " + test.name + "'; " + test.line
	}
	got := finish(t, command(t, "--policy", `{"http:127.0.0.2": "deny"}`, "--catalog", s.URL+"/catalog.json", "--engine", "interpreter", "-c", "exec 2>&1; "+script), "")
	said := strings.Split(got.out, "\n== ")[1:]
	if len(said) != len(tests) {
		t.Fatalf("%q, %q", got.out, got.err)
	}
	for i, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if _, text, _ := strings.Cut(said[i], "\n"); !strings.Contains(text, test.want) || test.want == "text" && strings.Contains(text, "grant") {
				t.Errorf("%q, which does not say %q", text, test.want)
			}
		})
	}
}

// TestInstall_noCatalog has no catalogue, or none that makes sense.
func TestInstall_noCatalog(t *testing.T) {
	s := newShelf(t)
	for _, test := range []struct {
		name  string
		flags []string
		want  string
	}{
		{"none", nil, "install: good: there is no catalogue here, so a URL or a file is needed\n"},
		{"missing", []string{"--catalog", s.URL + "/none"}, "install: good: the catalogue cannot be had: the server answers 404 Not Found\n"},
		{"a web page", []string{"--catalog", s.URL + "/page.wasm"}, "/page.wasm makes no sense: it is no list of packages in JSON"},
		{"no server", []string{"--catalog", "http://127.0.0.1:1/"}, "install: good: the catalogue cannot be had: "},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := finish(t, command(t, append(test.flags, "-c", "good; install good")...), "")
			if !strings.HasPrefix(got.err, "sh: good: command not found\ninstall: ") || !strings.Contains(got.err, test.want) || strings.Count(got.err, "\n") != 2 || got.code != 1 {
				t.Errorf("%q, %d; want %q", got.err, got.code, test.want)
			}
		})
	}
}

// TestInstall_building has a catalogue whose server is still building, and is ready when it has
// been asked some times.
func TestInstall_building(t *testing.T) {
	full := newShelf(t)
	for _, test := range []struct {
		name, line string
		asked      int64 // how often the catalogue is got until the server is ready; 0: it never is
		fails      bool  // the server gives up then
		out, err   string
		code       int
	}{
		{name: "an empty catalogue", line: "packages", asked: -1, err: "packages: the catalogue is empty, and nothing is installed\n"},
		{name: "the list", line: "packages", err: "packages: still being built: good, lua\n"},
		{name: "all of one", line: "packages good none", err: "packages: good: it is still being built: install waits for it\npackages: none: there is no such package\n", code: 1},
		{name: "a command that is not there", line: "good", err: "sh: good: command not found\nsh: the package good has it, which is still being built: install good waits for it\n", code: 127},
		{name: "a name that nobody knows", line: "install none", err: "install: none: the catalogue has no such package; the command packages lists it\n", code: 1},
		{name: "it is waited for", line: "install -q good && good", asked: 2, out: "Hello from C!\n"},
		{name: "it says so once", line: "install good | head -1", asked: 3, out: "good is still being built, and is waited for: ^C gives it up\n"},
		{name: "in vain", line: "install -q good lua", asked: 2, fails: true, err: "install: good: it has not been built after all, for a reason that the server's terminal tells\n" +
			"install: lua: the catalogue has no such package; the command packages lists it\n", code: 1},
		{name: "given up", line: "timeout -s INT 0.1 install -q good; find . -type f | grep -v catalog.json", code: 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var asked atomic.Int64
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				ready := test.asked != 0 && asked.Add(1) >= test.asked
				switch {
				case !ready:
					fmt.Fprint(w, `{"packages": [], "building": ["good", "lua"]}`)
				case test.fails || test.asked < 0:
					fmt.Fprint(w, `{"packages": []}`)
				default:
					http.Redirect(w, r, full.catalog, http.StatusFound)
				}
			}))
			defer s.Close()
			got := finish(t, command(t, "--catalog", s.URL, "--engine", "interpreter", "-c", "cd; "+test.line), "")
			if got.out != test.out || got.code != test.code || got.err != test.err {
				t.Errorf("%q, %q, %d; want %q, %q, %d", got.out, got.err, got.code, test.out, test.err, test.code)
			}
		})
	}
}

// TestInstall_oldCatalog has a catalogue that is there once, and then not.
func TestInstall_oldCatalog(t *testing.T) {
	full := newShelf(t)
	size := fmt.Sprintf("%.1f", float64(len(full.module))/1e6)
	for _, test := range []struct {
		name, line, then string // then is what the server answers
		out, err         string
		code             int
	}{
		{"missing", "uninstall good; install good; good", "",
			"good 1.2 is gone\ngood 1.2 is installed: " + size + " MB, run it by its name: good\nit may use: http\nHello from C!\n",
			"install: the catalogue cannot be had: the server answers 404 Not Found; it is taken as it was before\n", 0},
		{"a web page", "packages good | head -1", "<!DOCTYPE html>", "name       good 1.2\n",
			"packages: the catalogue URL makes no sense: it is no list of packages in JSON: invalid character '<' looking for beginning of value; it is taken as it was before\n", 0},
		{"an empty one, which is none", "install good none", `{"packages": []}`, "",
			"install: good: the catalogue has no such package; the command packages lists it\ninstall: none: the catalogue has no such package; the command packages lists it\n", 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			var asked atomic.Int64
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				switch {
				case asked.Add(1) == 1:
					http.Redirect(w, r, full.catalog, http.StatusFound)
				case test.then == "":
					http.NotFound(w, r)
				default:
					fmt.Fprint(w, test.then)
				}
			}))
			defer s.Close()
			got := finish(t, command(t, "--catalog", s.URL, "--engine", "interpreter", "-c", "cd; install -q good; "+test.line), "")
			want := strings.ReplaceAll(test.err, "URL", s.URL)
			if got.out != test.out || got.code != test.code || got.err != want {
				t.Errorf("%q, %q, %d; want %q, %q, %d", got.out, got.err, got.code, test.out, want, test.code)
			}
		})
	}
}
