//go:build !js

package busimpl_test

import (
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"testing"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/bus/desc"
	"github.com/bushel-wasm/bushel/examples/go/system/services"
	"github.com/bushel-wasm/bushel/kernel"
)

// described is what a package says that it serves, each method as a line.
func described(t *testing.T, c *bus.Conn, pkg string) map[string][]string {
	t.Helper()
	r, err := c.Package(pkg).Invoke(t.Context(), &bus.Request{Method: bus.MethodDescribe})
	if err != nil {
		t.Fatal(err)
	}
	d, err := desc.Parse(r.Body, func(int) bool { return true })
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]string{}
	for _, s := range d.Services {
		add := func(methods []desc.Method, object string) {
			for _, m := range methods {
				line := s.FullName(object, &m)
				for _, v := range slices.Concat(m.Params, m.Results) {
					line += fmt.Sprintf(" %s %s %d;", v.Name, v.Kind, v.Stream)
				}
				all[s.Name] = append(all[s.Name], line)
			}
		}
		add(s.Methods, "")
		for _, o := range s.Objects {
			add(o.Methods, o.Name)
		}
	}
	return all
}

// TestServices_areWhatInterfacesSay has the services of the package os be what busgen makes of their
// interfaces: by the names, kinds and streams of all parameters and results.
func TestServices_areWhatInterfacesSay(t *testing.T) {
	k := boot(t, true)
	mine := bus.NewServer()
	services.RegisterHTTP(mine, services.UnimplementedHTTP{})
	services.RegisterWS(mine, services.UnimplementedWS{})
	services.RegisterProcess(mine, services.UnimplementedProcess{})
	services.RegisterTTY(mine, services.UnimplementedTTY{})
	services.RegisterLog(mine, services.UnimplementedLog{})
	k.Bus().Register("mine", mine)
	c := link(t, k)
	system := described(t, c, "os")
	for name, lines := range described(t, c, "mine") {
		want := slices.Clone(system[name])
		slices.Sort(lines)
		slices.Sort(want)
		if !slices.Equal(lines, want) {
			t.Errorf("%s is\n%s\nand generated as\n%s", name, strings.Join(want, "\n"), strings.Join(lines, "\n"))
		}
	}
}

// link is a link of process 1 to its bus.
func link(t *testing.T, k *kernel.Kernel) *bus.Conn {
	t.Helper()
	c, err := k.Init().Bus(bus.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close(nil) })
	return c
}

// TestServices_generatedClients uses services by what busgen wrote for their interfaces.
func TestServices_generatedClients(t *testing.T) {
	k := boot(t, true)
	k.Register("cat", func(p *kernel.Process) int {
		if _, err := io.Copy(p.Stdout(), p.Stdin()); err != nil {
			return 1
		}
		return 3
	})
	url := server(t, nil).URL
	c := link(t, k)
	t.Run("http", func(t *testing.T) {
		http := services.NewHTTPClientOn(c, "os")
		response, content, err := http.Fetch(t.Context(), services.Request{URL: url + "/missing"}, nil)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(content)
		if response.Status != 404 || string(text) != "nothing here" || err != nil {
			t.Errorf("%d %q %v", response.Status, text, err)
		}
		content.Close()
		_, content, err = http.Fetch(t.Context(), services.Request{URL: url + "/count", Method: "POST", Stream: true}, strings.NewReader(strings.Repeat("x", 1<<20)))
		if err != nil {
			t.Fatal(err)
		}
		defer content.Close()
		if text, err := io.ReadAll(content); string(text) != "1048576 bytes" || err != nil {
			t.Errorf("%q %v", text, err)
		}
	})
	t.Run("ws", func(t *testing.T) {
		say := make(chan services.Message)
		send := func(yield func(services.Message, error) bool) {
			for m := range say {
				if !yield(m, nil) {
					return
				}
			}
		}
		protocol, socket, messages, err := services.NewWSClientOn(c, "os").Connect(t.Context(), "ws"+strings.TrimPrefix(url, "http")+"/ws/", []string{"chat"}, send)
		if err != nil || protocol != "chat" {
			t.Fatal(protocol, err)
		}
		defer socket.Close()
		next, stop := iter.Pull2(messages)
		defer stop()
		for _, m := range []services.Message{{Text: true, Data: []byte("a text")}, {Data: []byte{0, 255}}} {
			say <- m
			if got, err, ok := next(); got.Text != m.Text || string(got.Data) != string(m.Data) || err != nil || !ok {
				t.Errorf("%+v, %v, %v", got, err, ok)
			}
		}
		close(say)
		end, err := socket.CloseWith(t.Context(), 4001, "enough")
		if end != (services.End{Code: 4001, Reason: "enough", Clean: true}) || err != nil {
			t.Errorf("%+v, %v", end, err)
		}
		if m, err, ok := next(); ok {
			t.Errorf("after the end: %+v, %v", m, err)
		}
	})
	t.Run("process", func(t *testing.T) {
		id, child, output, errs, err := services.NewProcessClientOn(c, "os").Spawn(t.Context(), "/bin/cat", nil, nil, "", "pipe", "", "", "", strings.NewReader("some input"))
		if err != nil || id == 0 {
			t.Fatal(id, err)
		}
		defer child.Close()
		defer errs.Close()
		if text, err := io.ReadAll(output); string(text) != "some input" || err != nil {
			t.Errorf("%q %v", text, err)
		}
		if code, signal, err := child.Wait(t.Context()); code != 3 || signal != "" || err != nil {
			t.Errorf("%d %q %v", code, signal, err)
		}
	})
}
