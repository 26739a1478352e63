package buslink

import (
	"bytes"
	"context"
	"sync"
	"testing"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/busimpl/osws"
)

// slowSocket takes its first message only when it is let.
type slowSocket struct {
	begun, let chan struct{}
	once       sync.Once
	sent       [][]byte // read after the writer's end
}

func (s *slowSocket) Write(_ context.Context, m osws.Message) error {
	s.once.Do(func() {
		close(s.begun)
		<-s.let
	})
	s.sent = append(s.sent, m.Data)
	return nil
}

func (s *slowSocket) Protocol() string { return Protocol }
func (s *slowSocket) Read(ctx context.Context) (osws.Message, error) {
	<-ctx.Done()
	return osws.Message{}, ctx.Err()
}
func (s *slowSocket) Close(code int, reason string) *osws.End { return &osws.End{Code: code} }

// TestPort_gathers has small frames that come while the network is slow go in few messages, none of
// which is too long for what it holds.
func TestPort_gathers(t *testing.T) {
	s := &slowSocket{begun: make(chan struct{}), let: make(chan struct{})}
	p := newPort(s)
	c := bus.NewConn(p, bus.Options{})
	if err := p.Send(bus.AppendData(nil, 1, 0, 0, bus.FormatRaw, []byte("first\n"))); err != nil {
		t.Fatal(err)
	}
	written := make(chan struct{})
	go func() {
		defer close(written)
		p.write(t.Context(), c)
	}()
	<-s.begun
	var want []byte
	const count = 20_000
	for i := range count {
		frame := bus.AppendData(nil, uint32(2*i+1), 0, 0, bus.FormatRaw, []byte("abc\n"))
		want = append(want, frame...)
		if err := p.Send(frame); err != nil {
			t.Fatal(err)
		}
	}
	close(s.let)
	p.Close()
	<-written
	got := bytes.Join(s.sent[1:], nil)
	if !bytes.Equal(got, want) {
		t.Errorf("%d bytes came, not the %d that were sent, or in another order", len(got), len(want))
	}
	if most := len(want)/messageMost + 2; len(s.sent)-1 > most {
		t.Errorf("%d frames went in %d messages, not in %d at the most", count, len(s.sent)-1, most)
	}
	for _, m := range s.sent {
		if len(m) > messageMost {
			t.Errorf("a message of %d bytes", len(m))
		}
	}
}
