// Package await waits in tests for states that nothing reports, such as that of a process
// which is to end by itself. What reports itself, by a channel or an output, is waited for
// by that.
package await

import (
	"testing"
	"time"
)

// limit is how long a state may take to come on the slowest machine: who waits for it that
// long has failed.
const limit = time.Minute

// Until waits until is reports true, and fails the test if that does not come, with a
// sentence about what, such as "the child has ended". is is called again and again by the
// caller's goroutine.
func Until(t testing.TB, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(limit); !is(); time.Sleep(100 * time.Microsecond) {
		if time.Now().After(deadline) {
			t.Fatalf("it never became true that %s", what)
		}
	}
}
