//go:build !race

package machine_test

const underRace = false
