//go:build race

package busimpl_test

// underRace: the race detector is on, under which wazero compiles a Go program for longer
// than the bus waits for one to listen.
const underRace = true
