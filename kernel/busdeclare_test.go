package kernel_test

import (
	"strings"
	"testing"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/kernel"
)

// TestDeclarations has calls say what is wrong with a declaration, though a module of the name
// is along the way.
func TestDeclarations(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"no JSON", `{"name": "pkg",`, "its declaration /etc/bus.d/pkg.json: unexpected end of JSON input"},
		{"a list", `["pkg"]`, "the value is of the JSON type array, where an object is wanted"},
		{"no name", `{"module": "/bin/pkg.wasm"}`, "it names no package"},
		{"a module that is no text", `{"name": "pkg", "module": 5}`, "module is of the JSON type number, where a string is wanted"},
		{"another member", `{"name": "pkg", "grant": ["http"]}`, `it has the field "grant", which means nothing here`},
		{"idle without a unit", `{"name": "pkg", "idle": "30"}`, `idle is "30", which is no length of time, such as 30s`},
		{"idle that is no text", `{"name": "pkg", "idle": 30}`, "idle is of the JSON type number"},
		{"idle below zero", `{"name": "pkg", "idle": "-3s"}`, `idle is "-3s", which is no length of time`},
		{"instances below zero", `{"name": "pkg", "instances": -1}`, "instances is -1: there is at least 1"},
		{"an engine that is none", `{"name": "pkg", "engine": "steam"}`, `engine is "steam", which is none of browser and wazero`},
		{"grants that are none", `{"name": "pkg", "grants": {"http": "perhaps"}}`, `"perhaps" is none of allow, ask and deny`},
		{"a module that is not there", `{"name": "pkg", "module": "/nowhere.wasm"}`, "/nowhere.wasm: no such file or directory"},
		{"a module that is none", `{"name": "pkg", "module": "/etc/bus.d"}`, "/etc/bus.d: permission denied"},
		{"a directory that is not there", `{"name": "pkg", "dirs": [{"path": "/nowhere"}]}`, "its directory /nowhere: no such file or directory"},
		{"good", `{"name": "pkg", "idle": "3s", "instances": 2, "engine": "wazero", "dirs": [{"path": "/bin"}], "grants": ["http"]}`, ""},
	} {
		t.Run(tt.name, func(t *testing.T) { declares(t, map[string]string{"pkg.json": tt.text}, tt.want) })
	}
	t.Run("two of a name", func(t *testing.T) {
		one := `{"name": "pkg"}`
		declares(t, map[string]string{"a.json": one, "b.json": one}, "its declaration /etc/bus.d/a.json: /etc/bus.d/b.json declares it too")
	})
}

// declares has the files be in /etc/bus.d, and looks what a call to the package pkg, of which there is a
// module in /bin, says; nothing if want is empty.
func declares(t *testing.T, files map[string]string, want string) {
	m := &fakeMachine{run: map[string]func(*kernel.Guest){"pkg": packageOf(t, testServer())}}
	k := kernel.New(kernel.Config{Machine: m})
	defer k.Close()
	writes(t, k, map[string]string{"/bin/pkg.wasm": "\x00asmpkg"})
	for name, text := range files {
		writes(t, k, map[string]string{"/etc/bus.d/" + name: text})
	}
	list := k.Bus().Packages()
	_, err := dial(t, k).Package("pkg").Invoke(t.Context(), request("t/1.Echo", ""))
	if want == "" {
		if err != nil || len(list) != 1 || list[0].State != "stopped" {
			t.Errorf("%v, and the list has %+v", err, list)
		}
		return
	}
	if bus.CodeOf(err) != bus.CodeUnavailable || !strings.Contains(err.Error(), "the package pkg cannot be started: ") || !strings.Contains(err.Error(), want) {
		t.Errorf("%v, which does not say %q", err, want)
	}
	if strings.Contains(want, "its declaration") && (len(list) != 1 || list[0].State != "broken" || !strings.Contains(want, list[0].Wrong)) {
		t.Errorf("the list has %+v", list)
	}
}
