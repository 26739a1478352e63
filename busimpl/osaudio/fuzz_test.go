//go:build !js

package osaudio_test

import (
	"bytes"
	"testing"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/bus/codec/cborvalue"
	"github.com/bushel-wasm/bushel/busimpl/osaudio"
)

// FuzzOpen opens a stream with arguments of any kind, and hands its methods such ones too: each is
// refused as what cannot be decoded, or does what is sound, and the output gets whole frames.
func FuzzOpen(f *testing.F) {
	open, err := cborvalue.Append(nil, map[string]any{"rate": 44100, "channels": 2})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(uint8(bus.FormatCBOR), open, uint8(1), []byte(`{"volume":0.5}`), []byte("some samples"))
	f.Add(uint8(bus.FormatJSON), []byte(`{"rate":8000,"channels":8}`), uint8(2), []byte(`{"paused":true}`), []byte{1})
	f.Add(uint8(bus.FormatJSON), []byte(`{"rate":48000,"channels":1}`), uint8(1), []byte(`{"volume":1e400}`), []byte{})
	f.Add(uint8(bus.FormatJSON), []byte(`{"rate":48000.5,"channels":null}`), uint8(0), []byte(`[]`), []byte{})
	f.Add(uint8(bus.FormatCBOR), []byte{0xa1, 0x64, 'r', 'a', 't', 'e', 0xfb, 0x7f, 0xf0, 0, 0, 0, 0, 0, 0}, uint8(3), []byte{}, []byte{})
	f.Fuzz(func(t *testing.T, format uint8, args []byte, which uint8, more []byte, samples []byte) {
		out := &stage{}
		s := bus.NewServer()
		osaudio.Register(s, out, nil)
		a, b := bus.Pipe(bus.Options{}, bus.Options{Handler: s})
		defer b.Close(nil)
		defer a.Close(nil)
		ask := &bus.Request{Method: bus.MethodOf(osaudio.Open), Format: bus.Format(format), Body: args}
		r, err := a.Package("os").Invoke(t.Context(), ask)
		if err != nil {
			if bus.CodeOf(err) != bus.CodeInvalidArgument || len(out.sinks) > 0 {
				t.Errorf("%v, and %d are open", err, len(out.sinks))
			}
			return
		}
		k := out.sink(0)
		if g := k.format; g.Rate < osaudio.MinRate || g.Rate > osaudio.MaxRate || g.Channels < 1 || g.Channels > osaudio.MaxChannels {
			t.Errorf("%+v is open", g)
		}
		close(k.room)
		if _, err := r.Session.Stream(0).Write(samples); err != nil {
			t.Error(err)
		}
		r.Session.Stream(0).CloseSend(nil)
		names := []string{osaudio.StreamState, osaudio.StreamVolume, osaudio.StreamPause, "os.audio/1.Stream.Nothing"}
		_, err = r.Session.Invoke(t.Context(), &bus.Request{Method: bus.MethodOf(names[which%4]), Format: bus.FormatJSON, Body: more})
		if c := bus.CodeOf(err); err != nil && c != bus.CodeInvalidArgument && !(which%4 == 3 && c == bus.CodeUnimplemented) {
			t.Error(err)
		}
		if _, err := r.Session.Invoke(t.Context(), &bus.Request{Method: bus.MethodOf(osaudio.StreamDrain), Format: bus.FormatJSON}); err != nil {
			t.Error(err)
		}
		frame := 2 * k.format.Channels
		k.mu.Lock()
		if want := samples[:len(samples)/frame*frame]; !bytes.Equal(k.data, want) || k.volume < 0 || k.volume > osaudio.MaxVolume {
			t.Errorf("%d bytes are heard of %d, at the volume %v", len(k.data), len(samples), k.volume)
		}
		k.mu.Unlock()
		r.Session.Close()
	})
}
