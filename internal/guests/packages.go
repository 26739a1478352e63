package guests

// Package is a guest that the site's catalogue offers.
type Package struct {
	// Name is the package's, and that of its program.
	Name    string
	Guest   string // what its module is
	Version string // of programs by others
	About   string // in a line
	License string // empty: this repository's
	// Grants are all that it may use of services and hosts when it runs.
	Grants []string
}

// Packages is what the catalogue has, as far as it has been built, in the order in which they are
// built for a page that is there already: the examples of this repository do not wait for what is fetched, but
// for the one that everybody wants, and npm is last, which tries for a minute where there is no network.
func Packages() []Package {
	return []Package{
		{Name: "jq", Guest: "gojq-go", Version: "0.12.16", License: "MIT", About: "jq in Go: select and change JSON"},
		{Name: "play", Guest: "play", About: "play MP3 files", Grants: []string{"audio", "http", "tty"}},
		{Name: "primes", Guest: "primes-c", About: "count primes, and be timed"},
		{Name: "tour", Guest: "tour-go", About: "try what a program can do here"},
		{Name: "about", Guest: "about-go", About: "tell what a program sees of the system"},
		{Name: "get", Guest: "get-go", About: "make HTTP requests", Grants: []string{"http"}},
		{Name: "greet", Guest: "greet-go", About: "call the greeter over the bus", Grants: []string{"bus:greeter"}},
		{Name: "greeter", Guest: "greeter-go", About: "greet those who call over the bus"},
		{Name: "goawk", Guest: "goawk-go", Version: "1.29.1", License: "MIT", About: "AWK in Go, with CSV"},
		{Name: "shfmt", Guest: "shfmt-go", Version: "3.12.0", License: "BSD-3-Clause", About: "format shell scripts"},
		{Name: "lua", Guest: "lua", Version: "5.4", License: "MIT", About: "the programming language Lua"},
		{Name: "esbuild", Guest: "esbuild", Version: "0.28.2", License: "MIT", About: "bundle and minify JavaScript, TypeScript and CSS"},
	}
}
