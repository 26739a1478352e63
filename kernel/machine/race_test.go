//go:build race

package machine_test

// underRace: the race detector is on, under which calls take ten times as long.
const underRace = true
