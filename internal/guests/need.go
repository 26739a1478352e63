package guests

import (
	"errors"
	"testing"
)

// Need is the path of a guest's module, built if it has to be. A test that
// wants a guest whose toolchain is missing is skipped, by the guest's name. Nothing is
// fetched: `make guests` or `go run ./cmd/guests` does that.
func Need(t testing.TB, name string) string {
	t.Helper()
	g := Find(name)
	if g == nil {
		t.Fatalf("there is no guest %q", name)
	}
	w, err := NewWorkshop()
	if err != nil {
		t.Fatal(err)
	}
	w.Offline = true
	if _, err := w.Build(g); err != nil {
		if missing, ok := errors.AsType[*MissingError](err); ok {
			t.Skipf("guest %s: %v", name, missing)
		}
		t.Fatal(err)
	}
	return w.Path(g)
}
