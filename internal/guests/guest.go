package guests

// Guest is one program to build.
type Guest struct {
	// Name is the name that it is asked for by; the file is Name.wasm.
	Name string `json:"name"`
	// Language is what it is written in, with the ABI where a language has
	// several: "c", "go-wasip1", "go-js", "rust", "zig", "assemblyscript".
	Language string `json:"language"`
	// Source is a path in this repository, or a package with its version.
	Source string `json:"source"`
	// Extra says that it is only built when it is asked for by name or with all.
	Extra bool `json:"extra,omitempty"`

	// recipe is the text of how it is built: when it changes, so does the guest.
	recipe string
	// also is what else of this repository it is built from.
	also []string
	// tools names the toolchains that it is built with, for the hash.
	tools []func(*Workshop) (tool, error)
	build func(w *Workshop, g *Guest, out string) error
}

// File is the name of the guest's module in the directory of guests.
func (g *Guest) File() string { return g.Name + ".wasm" }

// List is every guest, those of examples/ first.
func List() []*Guest {
	var list []*Guest
	for _, name := range []string{
		"about", "ask", "bare", "burst", "cat", "cutoff", "flood", "hello", "hog", "nap", "old-rogue", "primes", "recurse", "rogue", "shout", "spin", "status", "stream", "tour", "trap", "wild",
	} {
		list = append(list, cGuest(name+"-c", "examples/c/"+name+".c"))
	}
	for _, name := range []string{"about", "ask", "count", "counter", "get", "hello", "kit", "loop", "primes", "recurse", "socket", "stream", "system", "tour", "tree", "workers"} {
		source := "examples/go/" + name
		list = append(list, goGuest(name+"-go", "wasip1", source), goGuest(name+"-js", "js", source))
	}
	for _, program := range [][2]string{{"greeter", "greeter"}, {"greet", "greeter/greet"}, {"chat", "chat"}, {"join", "chat/join"}} {
		source := "examples/go/" + program[1]
		list = append(list, goGuest(program[0]+"-go", "wasip1", source), goGuest(program[0]+"-js", "js", source))
	}
	list = append(list,
		conformanceGuest(),
		goGuest("shout-go", "wasip1", "examples/go/shout"), // js has no sockets
		goGuest("play", "wasip1", "examples/go/play"),
		rustGuest("hello-rust", "examples/rust/hello.rs"),
		zigGuest("hello-zig", "examples/zig/hello.zig"),
		zigGuest("threads-zig", "examples/zig/threads.zig", zigThreads...),
		assemblyScriptGuest("hello-as", "examples/assemblyscript/hello.ts"),
	)
	for _, program := range busPrograms {
		list = append(list, cargoGuest(busWorkspace, program))
	}
	for _, program := range systemPrograms {
		list = append(list, cargoGuest(systemWorkspace, program))
	}
	return append(list, foreign()...)
}

// Find is the guest of that name, nil if there is none.
func Find(name string) *Guest {
	for _, g := range List() {
		if g.Name == name {
			return g
		}
	}
	return nil
}
