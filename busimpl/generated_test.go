package busimpl_test

import (
	"os"
	"testing"

	"github.com/bushel-wasm/bushel/internal/guests"
	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// install puts a guest into /bin as the program name.
func install(t *testing.T, k *kernel.Kernel, name, guest string) {
	t.Helper()
	code, err := os.ReadFile(guests.Need(t, guest))
	if err != nil {
		t.Fatal(err)
	}
	if err := k.Init().Files().WriteFile("/bin/"+name+".wasm", code, 0o755); err != nil {
		t.Fatal(err)
	}
}

const greeted = `1 of 2
2 of 2
hello, Ann
hello, Bob
HELLO, ANN!
HELLO, ANN!
HELLO, ANN!
nobody: who is it? true
`

// TestGenerated has guests call each other by what busgen wrote for them, and a program of
// the Rust crate join a room that is served in Go.
func TestGenerated(t *testing.T) {
	for _, engine := range []string{"compiler", "interpreter"} {
		t.Run(engine, func(t *testing.T) {
			if underRace && engine == "compiler" {
				t.Skip("wazero compiles too slowly under the race detector; the interpreter runs the same")
			}
			k := boot(t, engine == "interpreter")
			for name, guest := range map[string]string{"greeter": "greeter-go", "greet": "greet-go", "chat": "chat-go", "join": "join-go"} {
				install(t, k, name, guest)
			}
			t.Run("a greeter", func(t *testing.T) {
				if out, status := start(t, k, "greet greeter Ann Bob").finish(); out != greeted || status != sys.Exited(0) {
					t.Errorf("%q, %v", out, status)
				}
			})
			t.Run("a room", func(t *testing.T) { chat(t, k, "join") })
			t.Run("a room with a guest in Rust", func(t *testing.T) {
				install(t, k, "rustjoin", "join-rust")
				chat(t, k, "rustjoin")
			})
		})
	}
}

// chat has ann, in Go, and bob, who joins by the program join, talk in the room chat.
func chat(t *testing.T, k *kernel.Kernel, join string) {
	hears := func(p *program, who string, lines ...string) {
		t.Helper()
		for _, want := range lines {
			if got := p.line(); got != want {
				t.Fatalf("%s hears %q, want %q", who, got, want)
			}
		}
	}
	ann := start(t, k, "join chat ann")
	ann.type_("/nicks\n")
	hears(ann, "ann", "ann")
	bob := start(t, k, join+" chat bob")
	bob.type_("/nicks\nhello all\n")
	hears(bob, "bob", "ann bob", "told 1")
	ann.type_("/wait 2\nhello bob\n")
	hears(ann, "ann", "< bob joined", "< bob: hello all", "told 1")
	bob.type_("/wait 1\n")
	if out, status := bob.finish(); out != "< ann: hello bob\n" || status != sys.Exited(0) {
		t.Errorf("bob ends with %q, %v", out, status)
	}
	ann.type_("/wait 3\n/nicks\n")
	hears(ann, "ann", "< bob left", "ann")
	if out, status := ann.finish(); out != "" || status != sys.Exited(0) {
		t.Errorf("ann ends with %q, %v", out, status)
	}
}
