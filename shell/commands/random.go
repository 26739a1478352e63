package commands

import "math/rand/v2"

// randomNumber is a number for names that must not meet; nothing secret depends on it.
func randomNumber() uint64 { return rand.Uint64() }
