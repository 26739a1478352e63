//go:build !js

package osaudio_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/bus/codec/cbor"
	"github.com/bushel-wasm/bushel/bus/desc"
	"github.com/bushel-wasm/bushel/busimpl/grant"
	"github.com/bushel-wasm/bushel/busimpl/osaudio"
	"github.com/bushel-wasm/bushel/internal/await"
)

// stage is an Output that hears nothing until it is told to.
type stage struct {
	mu    sync.Mutex
	sinks []*sink
}

func (s *stage) Open(_ context.Context, f osaudio.Format) (osaudio.Sink, error) {
	k := &sink{format: f, room: make(chan int), closed: make(chan struct{}), volume: 1}
	s.mu.Lock()
	s.sinks = append(s.sinks, k)
	s.mu.Unlock()
	return k, nil
}

func (s *stage) sink(i int) *sink {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sinks[i]
}

// sink takes as many writes as room says, and then all once that is closed.
type sink struct {
	format osaudio.Format
	room   chan int
	closed chan struct{}
	once   sync.Once

	mu       sync.Mutex
	data     []byte
	writes   int
	finished bool
	paused   bool
	volume   float64
}

func (k *sink) Write(ctx context.Context, p []byte) error {
	select {
	case <-k.room:
	case <-k.closed:
		return os.ErrClosed
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.data = append(k.data, p...)
	k.writes++
	return nil
}
func (k *sink) Finish() { k.mu.Lock(); k.finished = true; k.mu.Unlock() }
func (k *sink) Drain(ctx context.Context) error {
	select {
	case <-k.room:
		return nil
	case <-k.closed:
		return os.ErrClosed
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
func (k *sink) Pause(paused bool)        { k.mu.Lock(); k.paused = paused; k.mu.Unlock() }
func (k *sink) SetVolume(volume float64) { k.mu.Lock(); k.volume = volume; k.mu.Unlock() }
func (k *sink) State() osaudio.State {
	k.mu.Lock()
	defer k.mu.Unlock()
	return osaudio.State{Paused: k.paused, Played: int64(len(k.data)), Waiting: true}
}
func (k *sink) Close() error { k.once.Do(func() { close(k.closed) }); return nil }

// over is the package with the service on an output, from a caller's side.
func over(t *testing.T, o osaudio.Output, check grant.Check) (bus.Target, *bus.Conn) {
	t.Helper()
	s := bus.NewServer()
	osaudio.Register(s, o, check)
	near, far := bus.Pipe(bus.Options{}, bus.Options{Handler: s})
	t.Cleanup(func() { near.Close(nil); far.Close(nil) })
	return near.Package("os"), near
}

func invoke(t *testing.T, to bus.Target, method string, args map[string]any) (*bus.Response, error) {
	t.Helper()
	body, err := cbor.Codec.Marshal(args)
	if err != nil {
		t.Fatal(err)
	}
	return to.Invoke(t.Context(), &bus.Request{Method: bus.MethodOf(method), Format: bus.FormatCBOR, Body: body})
}

func open(t *testing.T, pkg bus.Target, rate, channels any) (*bus.Session, error) {
	t.Helper()
	r, err := invoke(t, pkg, osaudio.Open, map[string]any{"rate": rate, "channels": channels})
	if err != nil {
		return nil, err
	}
	return r.Session, nil
}

func mustOpen(t *testing.T, pkg bus.Target, rate, channels int) *bus.Session {
	t.Helper()
	s, err := open(t, pkg, rate, channels)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestStream writes, in pieces that are no frames, what is to come out whole.
func TestStream(t *testing.T) {
	o := &stage{}
	pkg, conn := over(t, o, nil)
	s := mustOpen(t, pkg, 48000, 3)
	k := o.sink(0)
	if k.format != (osaudio.Format{Rate: 48000, Channels: 3}) {
		t.Errorf("the format is %+v", k.format)
	}
	close(k.room)
	var want []byte
	for i := range 1000 {
		piece := bytes.Repeat([]byte{byte(i)}, i%13)
		want = append(want, piece...)
		if _, err := s.Stream(0).Write(piece); err != nil {
			t.Fatal(err)
		}
	}
	s.Stream(0).CloseSend(nil)
	if _, err := invoke(t, s, osaudio.StreamDrain, nil); err != nil {
		t.Fatal(err)
	}
	want = want[:len(want)/6*6] // what is no frame is no sound
	if !bytes.Equal(k.data, want) || !k.finished {
		t.Errorf("%d bytes came, want %d; finished %v", len(k.data), len(want), k.finished)
	}
	if _, err := s.Stream(0).Write([]byte("more")); err == nil {
		t.Error("a write behind the end is no error")
	}
	s.Close()
	<-k.closed
	await.Until(t, "no call is open", func() bool { return conn.Stats().Open == 0 })
	if _, err := s.Stream(0).Write([]byte("more")); err == nil {
		t.Error("a write behind the close is no error")
	}
	if _, err := invoke(t, s, osaudio.StreamState, nil); err == nil {
		t.Error("a call behind the close is no error")
	}
}

// TestStream_credit has a caller write more than anybody hears.
func TestStream_credit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := &stage{}
		pkg, _ := over(t, o, nil)
		s := mustOpen(t, pkg, 8000, 1)
		k := o.sink(0)
		sent := 0
		done := make(chan error)
		go func() {
			for {
				n, err := s.Stream(0).Write(make([]byte, 4096))
				if sent += n; err != nil {
					done <- err
					return
				}
			}
		}()
		synctest.Wait()
		if sent == 0 || sent > 2*bus.Window {
			t.Errorf("%d bytes were taken off the caller", sent)
		}
		before := sent
		k.room <- 1 // one write, which waited
		synctest.Wait()
		if k.writes != 1 || sent < before {
			t.Errorf("%d writes; %d bytes were taken, before %d", k.writes, sent, before)
		}
		s.Close() // never drained
		if err := <-done; err == nil {
			t.Error("no error")
		}
		<-k.closed
		synctest.Wait()
	})
}

func TestStream_orders(t *testing.T) {
	o := &stage{}
	pkg, _ := over(t, o, nil)
	s := mustOpen(t, pkg, 44100, 2)
	k := o.sink(0)
	for _, test := range []struct {
		name, method string
		args         map[string]any
		err          string
	}{
		{"pause", osaudio.StreamPause, map[string]any{"paused": true}, ""},
		{"pause without a word", osaudio.StreamPause, nil, ""},
		{"go on", osaudio.StreamPause, map[string]any{"paused": false}, ""},
		{"volume", osaudio.StreamVolume, map[string]any{"volume": 0.5}, ""},
		{"volume of none", osaudio.StreamVolume, nil, "a volume of -1: it can be from 0 to 4"},
		{"too loud", osaudio.StreamVolume, map[string]any{"volume": 4.5}, "a volume of 4.5"},
		{"below silence", osaudio.StreamVolume, map[string]any{"volume": -0.5}, "a volume of -0.5"},
		{"a volume that is a text", osaudio.StreamVolume, map[string]any{"volume": "x"}, "volume"},
		{"what there is not", "os.audio/1.Stream.Rewind", nil, "no method"},
	} {
		_, err := invoke(t, s, test.method, test.args)
		if test.err == "" && err != nil || test.err != "" && (err == nil || !strings.Contains(err.Error(), test.err)) {
			t.Errorf("%s: %v, want %q", test.name, err, test.err)
		}
	}
	if k.paused || k.volume != 0.5 {
		t.Errorf("paused %v, volume %v", k.paused, k.volume)
	}
	r, err := invoke(t, s, osaudio.StreamState, nil)
	if err != nil {
		t.Fatal(err)
	}
	var got struct{ State osaudio.State }
	if err := cbor.Codec.Unmarshal(r.Body, &got); err != nil || !got.State.Waiting {
		t.Errorf("%+v, %v", got, err)
	}
	// Broken off by its writer, a stream cannot be drained.
	s.Stream(0).CloseSend(errors.New("the file is damaged"))
	if _, err := invoke(t, s, osaudio.StreamDrain, nil); err == nil || !strings.Contains(err.Error(), "the file is damaged") {
		t.Errorf("%v", err)
	}
	s.Close()
}

func TestOpen_refused(t *testing.T) {
	denies := func(_ context.Context, _ *bus.Incoming, service, target string) error {
		return bus.NewError(bus.CodePermissionDenied, "no grant for "+service+target)
	}
	for _, test := range []struct {
		name           string
		output         osaudio.Output
		check          grant.Check
		rate, channels any
		code           bus.Code
		err            string
	}{
		{"no rate", &stage{}, nil, 0, 2, bus.CodeInvalidArgument, "a rate of 0 frames a second: it can be from 8000 to 192000"},
		{"too high a rate", &stage{}, nil, 1 << 40, 2, bus.CodeInvalidArgument, "a rate of"},
		{"no channels", &stage{}, nil, 44100, 0, bus.CodeInvalidArgument, "0 channels: there can be from 1 to 8"},
		{"channels below zero", &stage{}, nil, 44100, -2, bus.CodeInvalidArgument, "-2 channels"},
		{"a rate that is a text", &stage{}, nil, "fast", 2, bus.CodeInvalidArgument, "rate"},
		{"no grant", &stage{}, denies, 44100, 2, bus.CodePermissionDenied, "no grant for audio"},
		{"no sound", nil, nil, 44100, 2, bus.CodeUnavailable, "there is no sound here"},
		{"no file", &osaudio.WAV{}, nil, 44100, 2, bus.CodeUnavailable, "there is no sound here: --sound FILE.wav writes it to a file"},
	} {
		t.Run(test.name, func(t *testing.T) {
			pkg, conn := over(t, test.output, test.check)
			_, err := open(t, pkg, test.rate, test.channels)
			if bus.CodeOf(err) != test.code || !strings.Contains(err.Error(), test.err) {
				t.Errorf("%v: %v", bus.CodeOf(err), err)
			}
			await.Until(t, "no call is open", func() bool { return conn.Stats().Open == 0 })
		})
	}
}

// TestOpen_many opens one stream after the other, and has room again when one is closed.
func TestOpen_many(t *testing.T) {
	o := &stage{}
	pkg, conn := over(t, o, nil)
	var all []*bus.Session
	for range osaudio.MaxStreams {
		all = append(all, mustOpen(t, pkg, 44100, 2))
	}
	if _, err := open(t, pkg, 44100, 2); bus.CodeOf(err) != bus.CodeResourceExhausted {
		t.Errorf("%v", err)
	}
	for _, s := range all {
		s.Close()
	}
	await.Until(t, "no call is open", func() bool { return conn.Stats().Open == 0 })
	mustOpen(t, pkg, 44100, 2).Close()
}

func TestWAV(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out.wav")
	pkg, _ := over(t, &osaudio.WAV{Path: path}, nil)
	s := mustOpen(t, pkg, 22050, 2)
	if _, err := open(t, pkg, 22050, 2); bus.CodeOf(err) != bus.CodeResourceExhausted {
		t.Errorf("a second stream: %v", err)
	}
	if _, err := invoke(t, s, osaudio.StreamVolume, map[string]any{"volume": 2}); err != nil {
		t.Fatal(err)
	}
	if _, err := invoke(t, s, osaudio.StreamPause, map[string]any{"paused": true}); err != nil {
		t.Fatal(err)
	}
	var pcm []byte
	for _, v := range []int16{1, -1, 1000, -1000, 20000, -20000} {
		pcm = binary.LittleEndian.AppendUint16(pcm, uint16(v))
	}
	s.Stream(0).Write(pcm)
	s.Stream(0).CloseSend(nil)
	if _, err := invoke(t, s, osaudio.StreamPause, map[string]any{"paused": false}); err != nil {
		t.Fatal(err)
	}
	if _, err := invoke(t, s, osaudio.StreamDrain, nil); err != nil {
		t.Fatal(err)
	}
	s.Close()
	data := atEnd(t, path, 56)
	r := bytes.NewReader(data[44:])
	got := make([]int16, 6)
	if err := binary.Read(r, binary.LittleEndian, got); err != nil || r.Len() > 0 {
		t.Fatalf("%v, %d bytes are left", err, r.Len())
	}
	for i, want := range []int16{2, -2, 2000, -2000, 32767, -32768} {
		if got[i] != want {
			t.Errorf("sample %d is %d, want %d", i, got[i], want)
		}
	}
	le := binary.LittleEndian
	if string(data[:4]) != "RIFF" || le.Uint32(data[4:]) != 48 || le.Uint32(data[24:]) != 22050 || le.Uint32(data[40:]) != 12 {
		t.Errorf("the head is %q", data[:44])
	}
	// The next stream replaces it.
	s = mustOpen(t, pkg, 8000, 1)
	s.Close()
	atEnd(t, path, 44)
}

// atEnd is a file when its stream has been closed, which shows by the length in its head.
func atEnd(t *testing.T, path string, size int) (data []byte) {
	t.Helper()
	await.Until(t, "the file has its length", func() bool {
		var err error
		if data, err = os.ReadFile(path); err != nil {
			t.Fatal(err)
		}
		return len(data) == size && int(binary.LittleEndian.Uint32(data[4:])) == size-8
	})
	return data
}

func TestDescription(t *testing.T) {
	pkg, _ := over(t, &stage{}, nil)
	r, err := pkg.Invoke(t.Context(), &bus.Request{Method: bus.MethodDescribe, Format: bus.FormatJSON})
	if err != nil {
		t.Fatal(err)
	}
	d, err := desc.Parse(r.Body, func(int) bool { return true })
	if err != nil || len(d.Services) != 1 || d.Services[0].Name != "os.audio/1" {
		t.Errorf("%+v, %v", d, err)
	}
}
