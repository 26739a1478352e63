package ostty

import (
	"context"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/bus/codec/cborvalue"
	"github.com/bushel-wasm/bushel/busimpl/args"
)

// sizes streams the terminal's size, now and after each change. Who reads slowly gets
// the last one.
func (s *service) sizes(ctx context.Context, in *bus.Incoming) error {
	t, err := s.opens(ctx, in)
	if err != nil {
		return err
	}
	in.OnEnd(func(error) { t.agent.EndAgent() })
	changed := make(chan struct{}, 1)
	stop, err := t.agent.WatchTTY(t.fd, func(int, int) {
		select {
		case changed <- struct{}{}:
		default:
		}
	})
	if err != nil {
		return err
	}
	defer stop()
	format, body, err := args.Write(in, map[string]any{})
	if err != nil {
		return err
	}
	// The stream goes on beyond the time that the caller gave the call.
	if err := in.Open(format, body, nil); err != nil {
		return err
	}
	over, cancel := context.WithCancel(context.Background())
	in.OnEnd(func(error) { cancel() })
	st := in.Stream(StreamSizes)
	for last := [2]int{-1, -1}; ; {
		cols, rows, err := t.files.TTYSize(t.fd)
		if err != nil {
			st.CloseSend(err)
			return nil
		}
		if now := [2]int{cols, rows}; now != last {
			last = now
			item, err := cborvalue.Append(nil, map[string]any{"cols": cols, "rows": rows})
			if err == nil {
				err = st.Send(over, bus.FormatCBOR, item)
			}
			if err != nil {
				return nil // nobody reads it any more
			}
		}
		select {
		case <-changed:
		case <-over.Done():
			return nil
		}
	}
}
