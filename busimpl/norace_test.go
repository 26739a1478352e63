//go:build !race

package busimpl_test

const underRace = false
