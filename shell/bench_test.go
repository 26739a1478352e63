package shell_test

import "testing"

// BenchmarkStart is a shell from its start to its end: sh -c true.
func BenchmarkStart(b *testing.B) {
	k := boot(b)
	for b.Loop() {
		if got := sh(b, k, "true"); got.status != 0 {
			b.Fatal(got)
		}
	}
}

// BenchmarkLoop is ten thousand turns of a loop.
func BenchmarkLoop(b *testing.B) {
	k := boot(b)
	for b.Loop() {
		if got := sh(b, k, "for ((i=0; i<10000; i++)); do x=$i; done"); got.status != 0 {
			b.Fatal(got)
		}
	}
}
