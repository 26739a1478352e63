package bus_test

import (
	"testing"

	"github.com/bushel-wasm/bushel/bus"
)

// TestIncoming_observedAfterItsEnd has the link end between a call's arrival and its handing on.
func TestIncoming_observedAfterItsEnd(t *testing.T) {
	ends := make(chan error, 2)
	a, b := bus.Pipe(bus.Options{}, bus.Options{
		Handler: bus.HandlerFunc(func(in *bus.Incoming) { in.Reply(bus.FormatRaw, nil) }),
		Around: func(in *bus.Incoming, h bus.Handler) {
			in.Conn().Lost(nil)
			in.Observe(func(_ *bus.Response, err error) { ends <- err })
			h.ServeBus(in)
		},
	})
	defer b.Close(nil)
	if _, err := a.Package("p").Invoke(t.Context(), &bus.Request{Method: bus.MethodOf("t/1.X")}); bus.CodeOf(err) != bus.CodeUnavailable {
		t.Errorf("the caller gets %v", err)
	}
	if err := <-ends; bus.CodeOf(err) != bus.CodeUnavailable || len(ends) > 0 {
		t.Errorf("the observer gets %v, and %d more", err, len(ends))
	}
}
