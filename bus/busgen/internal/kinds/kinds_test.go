package kinds

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/bus/desc"
	"github.com/bushel-wasm/bushel/bus/typed"
)

// impl serves Kinds.
type impl struct {
	UnimplementedKinds
	noted   chan string
	waiting chan struct{}
	gone    chan error  // what Wait saw
	closed  chan string // the objects and bodies that were closed
}

var sentinels = map[string]error{
	"not exist": fs.ErrNotExist, "exist": fs.ErrExist, "permission": fs.ErrPermission, "invalid": fs.ErrInvalid,
	"closed": fs.ErrClosed, "eof": io.EOF, "unexpected": io.ErrUnexpectedEOF, "pipe": io.ErrClosedPipe,
	"canceled": context.Canceled, "deadline": context.DeadlineExceeded, "os deadline": os.ErrDeadlineExceeded,
	"unsupported": errors.ErrUnsupported, "code": bus.CodeAborted,
}

func (*impl) Echo(_ context.Context, thing Thing, list []Thing, flag bool) (Thing, []Thing, int, error) {
	if flag {
		return thing, list, len(list), nil
	}
	return Thing{}, nil, 0, bus.NewError(bus.CodeFailedPrecondition, "the flag is down")
}

func (*impl) Fail(_ context.Context, name string) error {
	if name == "panic" {
		panic("as it was told")
	}
	return fmt.Errorf("fail %s: %w", name, sentinels[name])
}

func (*impl) One(context.Context) (string, error) { return "one", nil }
func (*impl) Nothing(context.Context) error       { return nil }

func (i *impl) Wait(ctx context.Context) (string, error) {
	i.waiting <- struct{}{}
	<-ctx.Done()
	_, timed := ctx.Deadline()
	i.gone <- fmt.Errorf("deadline %v: %w", timed, ctx.Err())
	return "", ctx.Err()
}

func (i *impl) Note(_ context.Context, text string) error {
	i.noted <- text
	return nil
}

func (*impl) Each(ctx context.Context, n int, heard Heard, done func(context.Context) (string, error)) (int, error) {
	taken := 0
	for i := range n {
		if err := heard(ctx, Thing{Name: fmt.Sprint(i)}, i == n-1); err == nil {
			taken++
		} else if !errors.Is(err, fs.ErrExist) {
			return taken, err
		}
	}
	thanks, err := done(ctx)
	if thanks != "thanks" {
		return 0, fmt.Errorf("done: %q, %w", thanks, err)
	}
	return taken, nil
}

type watcher struct {
	i       *impl
	mu      sync.Mutex
	history []int
	changed func(context.Context, int) error
}

func (i *impl) Watch(_ context.Context, changed func(context.Context, int) error) (Watcher, error) {
	return &watcher{i: i, changed: changed}, nil
}

func (w *watcher) Set(ctx context.Context, value int) error {
	w.mu.Lock()
	w.history = append(w.history, value)
	w.mu.Unlock()
	return w.changed(ctx, value)
}

func (w *watcher) Cell(_ context.Context, none bool) (Cell, error) {
	if none {
		return nil, nil
	}
	return &cell{closed: w.i.closed}, nil
}

func (w *watcher) History(context.Context) (iter.Seq2[int, error], error) {
	return func(yield func(int, error) bool) {
		w.mu.Lock()
		list := slices.Clone(w.history)
		w.mu.Unlock()
		for _, v := range list {
			if !yield(v, nil) {
				return
			}
		}
	}, nil
}

func (w *watcher) Close() error {
	w.i.closed <- "watcher"
	return nil
}

type cell struct {
	mu     sync.Mutex
	n      int
	closed chan string
}

func (c *cell) Get(context.Context) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.n, nil
}

func (c *cell) Add(ctx context.Context, n int, told func(context.Context, int, int) error) (int, error) {
	c.mu.Lock()
	before := c.n
	c.n += n
	after := c.n
	c.mu.Unlock()
	return after, told(ctx, before, after)
}

func (c *cell) Close() error {
	c.closed <- "cell"
	return nil
}

func (*impl) Use(ctx context.Context, c Cell, add int) (int, error) {
	n, err := c.Add(ctx, add, func(_ context.Context, before, after int) error {
		if after-before != add {
			return fs.ErrInvalid
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	c.Close()
	got, err := c.Get(ctx) // which is the caller's to close
	return n + got, err
}

func (*impl) Nested(ctx context.Context, ask func(context.Context, func(context.Context, string) (string, error), iter.Seq2[string, error]) (Cell, error)) (string, error) {
	back := func(_ context.Context, text string) (string, error) { return strings.ToUpper(text), nil }
	c, err := ask(ctx, back, func(yield func(string, error) bool) { _ = yield("a", nil) && yield("b", nil) })
	if err != nil {
		return "", err
	}
	defer c.Close()
	n, err := c.Get(ctx)
	return fmt.Sprint("got ", n), err
}

func (*impl) Upload(_ context.Context, body io.Reader, limit int) (int64, error) {
	if limit > 0 {
		body = io.LimitReader(body, int64(limit))
	}
	return io.Copy(io.Discard, body)
}

// pattern gives n bytes, or without end; Close is told.
type pattern struct {
	n      int
	closed chan string
}

func (p *pattern) Read(b []byte) (int, error) {
	if p.n == 0 {
		return 0, io.EOF
	}
	if p.n > 0 {
		b = b[:min(len(b), p.n)]
		p.n -= len(b)
	}
	for i := range b {
		b[i] = 'x'
	}
	return len(b), nil
}

func (p *pattern) Close() error {
	p.closed <- "body"
	return nil
}

func (i *impl) Download(_ context.Context, n int) (int, io.ReadCloser, error) {
	return n, &pattern{n, i.closed}, nil
}

func (*impl) Total(_ context.Context, numbers iter.Seq2[int, error]) (int, error) {
	sum := 0
	for n, err := range numbers {
		if err != nil {
			return sum, fmt.Errorf("after %d: %w", sum, err)
		}
		if sum += n; sum > 1000 {
			return sum, nil
		}
	}
	return sum, nil
}

func (i *impl) Count(_ context.Context, n, fail int) (iter.Seq2[int, error], error) {
	if n == 0 {
		return nil, nil
	}
	return func(yield func(int, error) bool) {
		defer func() { i.closed <- "count" }()
		for j := 1; n < 0 || j <= n; j++ {
			if j == fail {
				yield(0, fs.ErrPermission)
				return
			}
			if !yield(j, nil) {
				return
			}
		}
	}, nil
}

func (*impl) Convert(_ context.Context, text io.ReadCloser, things iter.Seq2[Thing, error]) (io.Reader, iter.Seq2[string, error], error) {
	upper, w := io.Pipe()
	go func() {
		all, err := io.ReadAll(text)
		if err == nil {
			_, err = w.Write(bytes.ToUpper(all))
		}
		w.CloseWithError(err)
	}()
	return upper, func(yield func(string, error) bool) {
		for t, err := range things {
			if !yield(t.Name, err) {
				return
			}
		}
	}, nil
}

func (i *impl) Talk(_ context.Context, say iter.Seq2[string, error]) (string, Cell, iter.Seq2[string, error], io.ReadCloser, error) {
	heard := func(yield func(string, error) bool) {
		defer func() { i.closed <- "heard" }()
		for s, err := range say {
			if !yield("heard "+s, err) || err != nil {
				return
			}
		}
	}
	return "talker", &cell{closed: i.closed}, heard, io.NopCloser(strings.NewReader("its name")), nil
}

func (*impl) URLFor(_ context.Context, bus string, typed, args, in, err, c, t, s, r, results, func_ string) (string, error) {
	return strings.Join([]string{bus, typed, args, in, err, c, t, s, r, results, func_}, " "), nil
}

// second serves Second.
type second struct {
	UnimplementedSecond
	closed chan string
}

func (s second) Open(_ context.Context, start int) (Cell, error) {
	return &cell{n: start, closed: s.closed}, nil
}

func (s second) Cell(ctx context.Context, start int) (Cell, error) { return s.Open(ctx, start) }

// link serves both on one end of a link, and is a client at the other.
func link(t *testing.T) (*impl, Kinds, *bus.Conn) {
	t.Helper()
	i := &impl{noted: make(chan string, 1), waiting: make(chan struct{}), gone: make(chan error, 1), closed: make(chan string, 10)}
	server := bus.NewServer()
	RegisterKinds(server, i)
	RegisterSecond(server, second{closed: i.closed})
	near, far := bus.Pipe(bus.Options{}, bus.Options{Handler: server})
	t.Cleanup(func() {
		near.Close(nil)
		<-near.Done()
		<-far.Done()
	})
	return i, NewKindsClientOn(near, "kinds"), near
}

// closes waits until what was closed.
func (i *impl) closes(t *testing.T, what string) {
	t.Helper()
	if got := <-i.closed; got != what {
		t.Errorf("the %s was closed, not the %s", got, what)
	}
}

// idle waits until no call is open at conn.
func idle(t *testing.T, conn *bus.Conn) {
	t.Helper()
	for conn.Stats().Open > 0 {
		// An answer that comes is behind all that was sent before.
		if _, err := conn.Package("kinds").Invoke(t.Context(), &bus.Request{Method: bus.MethodPing}); err != nil {
			t.Fatal(err)
		}
	}
}

func sample() Thing {
	return Thing{
		Base: Base{ID: 1 << 63}, Name: "é\x00", Color: Green, Level: Low, Data: []byte{0, 255}, Sum: [4]byte{1, 2, 3, 4},
		When: time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC), Wait: time.Hour,
		Tags: map[string]string{"a": "b"}, Counts: map[int]float64{-1: 0.5}, Parent: &Thing{Name: "p", Parts: []Thing{}},
		Parts: []Thing{{Name: "q"}},
	}
}

func TestValues(t *testing.T) {
	i, kinds, _ := link(t)
	ctx := t.Context()
	in := sample()
	in.Secret, in.note = "secret", "note"
	same, all, n, err := kinds.Echo(ctx, in, []Thing{in, {}}, true)
	in.Secret, in.note = "", ""
	in.Parent.Parts = nil // which is left out
	if err != nil || n != 2 || !reflect.DeepEqual(same, in) || !reflect.DeepEqual(all, []Thing{in, {}}) {
		t.Errorf("%+v, %+v, %d, %v", same, all, n, err)
	}
	if _, _, _, err := kinds.Echo(ctx, in, nil, false); bus.CodeOf(err) != bus.CodeFailedPrecondition || err.Error() != "the flag is down" {
		t.Errorf("Echo fails with %v", err)
	}
	if s, err := kinds.One(ctx); s != "one" || err != nil {
		t.Errorf("%q, %v", s, err)
	}
	if err := kinds.Nothing(ctx); err != nil {
		t.Error(err)
	}
	if s, err := kinds.URLFor(ctx, "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k"); s != "a b c d e f g h i j k" || err != nil {
		t.Errorf("%q, %v", s, err)
	}
	if err := kinds.Note(ctx, "noted"); err != nil {
		t.Error(err)
	}
	if got := <-i.noted; got != "noted" {
		t.Error(got)
	}
}

func TestErrors_isHoldsAcrossTheLink(t *testing.T) {
	_, kinds, _ := link(t)
	for name, want := range sentinels {
		t.Run(name, func(t *testing.T) {
			err := kinds.Fail(t.Context(), name)
			if !errors.Is(err, want) || !strings.HasPrefix(err.Error(), "fail "+name+": ") {
				t.Errorf("%v is not %v", err, want)
			}
			for other, not := range sentinels {
				if errors.Is(want, not) || errors.Is(not, want) || strings.Contains(name, "deadline") && strings.Contains(other, "deadline") {
					continue
				}
				if errors.Is(err, not) {
					t.Errorf("%v is %s too", err, other)
				}
			}
		})
	}
	if err := kinds.Fail(t.Context(), "panic"); bus.CodeOf(err) != bus.CodeInternal {
		t.Errorf("a panic: %v", err)
	}
}

func TestUnimplemented(t *testing.T) {
	server := bus.NewServer()
	RegisterKinds(server, UnimplementedKinds{})
	near, _ := bus.Pipe(bus.Options{}, bus.Options{Handler: server})
	defer near.Close(nil)
	kinds := NewKindsClientOn(near, "any")
	_, err := kinds.One(t.Context())
	if !errors.Is(err, errors.ErrUnsupported) || err.Error() != "test.kinds/2.One is not implemented" {
		t.Error(err)
	}
	if _, err := kinds.Watch(t.Context(), nil); !errors.Is(err, bus.CodeUnimplemented) {
		t.Error(err)
	}
}

func TestContext_travels(t *testing.T) {
	i, kinds, conn := link(t)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-i.waiting
		cancel()
	}()
	if _, err := kinds.Wait(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("canceled: %v", err)
	}
	if err := <-i.gone; !errors.Is(err, context.Canceled) || !strings.HasPrefix(err.Error(), "deadline false") {
		t.Errorf("the callee saw %v", err)
	}
	ctx, cancel = context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	go func() { <-i.waiting }()
	if _, err := kinds.Wait(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the deadline: %v", err)
	}
	if err := <-i.gone; !strings.HasPrefix(err.Error(), "deadline true") {
		t.Errorf("the callee saw %v", err)
	}
	idle(t, conn)
}

func TestCallbacks(t *testing.T) {
	_, kinds, conn := link(t)
	ctx := t.Context()
	var heard []string
	taken, err := kinds.Each(ctx, 3, func(_ context.Context, thing Thing, last bool) error {
		heard = append(heard, fmt.Sprint(thing.Name, last))
		if thing.Name == "1" {
			return fs.ErrExist
		}
		return nil
	}, func(context.Context) (string, error) { return "thanks", nil })
	if err != nil || taken != 2 || !slices.Equal(heard, []string{"0false", "1false", "2true"}) {
		t.Errorf("%d, %v, %v", taken, heard, err)
	}
	_, err = kinds.Each(ctx, 1, nil, nil)
	if !errors.Is(err, errors.ErrUnsupported) || bus.ErrorOf(err).CrateNumber() != bus.CrateMissingCallback {
		t.Errorf("no callback: %v", err)
	}
	closed := make(chan string, 1)
	got, err := kinds.Nested(ctx, func(ctx context.Context, back func(context.Context, string) (string, error), lines iter.Seq2[string, error]) (Cell, error) {
		all := ""
		for line, err := range lines {
			if err != nil {
				return nil, err
			}
			all += line
		}
		up, err := back(ctx, all)
		return &cell{n: len(up) + int(up[0]), closed: closed}, err
	})
	if got != "got 67" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	if got := <-closed; got != "cell" {
		t.Error(got)
	}
	idle(t, conn)
}

func TestObjects(t *testing.T) {
	i, kinds, conn := link(t)
	ctx := t.Context()
	changed := make(chan int, 10)
	short, cancel := context.WithCancel(ctx)
	w, err := kinds.Watch(short, func(_ context.Context, v int) error {
		changed <- v
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	cancel() // which bounds the call, not the object
	for _, v := range []int{4, 2} {
		if err := w.Set(ctx, v); err != nil {
			t.Fatal(err)
		}
		if got := <-changed; got != v {
			t.Errorf("changed to %d, not %d", got, v)
		}
	}
	history, err := w.History(ctx)
	if err != nil {
		t.Fatal(err)
	}
	var all []int
	for v, err := range history {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, v)
	}
	if !slices.Equal(all, []int{4, 2}) {
		t.Errorf("the history is %v", all)
	}
	if c, err := w.Cell(ctx, true); c != nil || err != nil {
		t.Errorf("no cell is %v, %v", c, err)
	}
	c, err := w.Cell(ctx, false)
	if err != nil {
		t.Fatal(err)
	}
	n, err := c.Add(ctx, 3, func(_ context.Context, before, after int) error {
		if before != 0 || after != 3 {
			return fs.ErrInvalid
		}
		return nil
	})
	if n != 3 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	if typed.SessionOf(c).Err() != nil || typed.SessionOf(i) != nil {
		t.Error("the session of an object")
	}
	w.Close() // and so what is below
	got := []string{<-i.closed, <-i.closed}
	slices.Sort(got)
	if !slices.Equal(got, []string{"cell", "watcher"}) {
		t.Errorf("closed: %v", got)
	}
	<-typed.SessionOf(c).Done()
	if _, err := c.Get(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("a cell that was closed: %v", err)
	}
	if err := w.Close(); err != nil {
		t.Errorf("closed again: %v", err)
	}
	idle(t, conn)

	other := NewSecondClientOn(conn, "second")
	for name, open := range map[string]func(context.Context, int) (Cell, error){"Open": other.Open, "Cell": other.Cell} {
		o, err := open(ctx, 5)
		if err != nil {
			t.Fatal(err)
		}
		if n, err := o.Get(ctx); n != 5 || err != nil {
			t.Errorf("%s: %d, %v", name, n, err)
		}
	}
	conn.Close(nil)
	i.closes(t, "cell")
	i.closes(t, "cell")
}

func TestObjects_ofTheCaller(t *testing.T) {
	_, kinds, conn := link(t)
	mine := &cell{n: 1, closed: make(chan string, 1)}
	n, err := kinds.Use(t.Context(), mine, 2)
	if n != 6 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	if got := <-mine.closed; got != "cell" {
		t.Error(got)
	}
	if _, err := kinds.Use(t.Context(), nil, 2); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("no object: %v", err)
	}
	idle(t, conn)
}

func TestBytes(t *testing.T) {
	i, kinds, conn := link(t)
	ctx := t.Context()
	const size = 1 << 20 // four windows
	if n, err := kinds.Upload(ctx, &pattern{n: size}, 0); n != size || err != nil {
		t.Errorf("sent %d, %v", n, err)
	}
	if n, err := kinds.Upload(ctx, &pattern{n: -1}, size); n != size || err != nil {
		t.Errorf("read %d of what has no end, %v", n, err)
	}
	if n, err := kinds.Upload(ctx, nil, 0); n != 0 || err != nil {
		t.Errorf("nothing: %d, %v", n, err)
	}
	if _, err := kinds.Upload(ctx, io.MultiReader(strings.NewReader("abc"), failing{}), 0); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("a reader that fails: %v", err)
	}
	n, body, err := kinds.Download(ctx, size)
	if err != nil || n != size {
		t.Fatal(n, err)
	}
	if got, err := io.Copy(io.Discard, body); got != size || err != nil {
		t.Errorf("got %d, %v", got, err)
	}
	body.Close()
	i.closes(t, "body")
	if _, body, err = kinds.Download(ctx, -1); err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadFull(body, make([]byte, 100)); got != 100 || err != nil {
		t.Error(got, err)
	}
	body.Close()
	i.closes(t, "body")
	ctx, cancel := context.WithCancel(ctx)
	if _, body, err = kinds.Download(ctx, -1); err != nil {
		t.Fatal(err)
	}
	cancel()
	if _, err := io.Copy(io.Discard, body); !errors.Is(err, context.Canceled) {
		t.Errorf("given up: %v", err)
	}
	i.closes(t, "body")
	idle(t, conn)
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, fs.ErrPermission }

// upTo yields the numbers up to n; without end if n is negative.
func upTo(n int, last error) iter.Seq2[int, error] {
	return func(yield func(int, error) bool) {
		for i := 1; n < 0 || i <= n; i++ {
			if !yield(i, nil) {
				return
			}
		}
		if last != nil {
			yield(0, last)
		}
	}
}

func TestItems(t *testing.T) {
	i, kinds, conn := link(t)
	ctx := t.Context()
	if n, err := kinds.Total(ctx, upTo(10, nil)); n != 55 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	if n, err := kinds.Total(ctx, upTo(-1, nil)); n != 1035 || err != nil {
		t.Errorf("without end: %d, %v", n, err)
	}
	if _, err := kinds.Total(ctx, upTo(3, fs.ErrExist)); !errors.Is(err, fs.ErrExist) || err.Error() != "after 6: file already exists" {
		t.Errorf("a failing one: %v", err)
	}
	if n, err := kinds.Total(ctx, nil); n != 0 || err != nil {
		t.Errorf("none: %d, %v", n, err)
	}
	count := func(n, fail, stop int) (sum int, failed error) {
		seq, err := kinds.Count(ctx, n, fail)
		if err != nil {
			t.Fatal(err)
		}
		for v, err := range seq {
			if err != nil {
				return sum, err
			}
			if sum += v; v == stop {
				break
			}
		}
		return sum, nil
	}
	if n, err := count(20000, 0, 0); n != 200010000 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	i.closes(t, "count")
	if n, err := count(-1, 0, 5); n != 15 || err != nil {
		t.Errorf("left: %d, %v", n, err)
	}
	i.closes(t, "count")
	if n, err := count(9, 4, 0); n != 6 || !errors.Is(err, fs.ErrPermission) {
		t.Errorf("failed: %d, %v", n, err)
	}
	i.closes(t, "count")
	if n, err := count(0, 0, 0); n != 0 || err != nil {
		t.Errorf("none: %d, %v", n, err)
	}
	idle(t, conn)
}

func TestStreams_several(t *testing.T) {
	_, kinds, conn := link(t)
	things := func(yield func(Thing, error) bool) { _ = yield(Thing{Name: "x"}, nil) && yield(Thing{Name: "y"}, nil) }
	upper, names, err := kinds.Convert(t.Context(), io.NopCloser(strings.NewReader("text")), things)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for name, err := range names {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, name)
	}
	text, err := io.ReadAll(upper)
	if string(text) != "TEXT" || !slices.Equal(all, []string{"x", "y"}) || err != nil {
		t.Errorf("%q, %v, %v", text, all, err)
	}
	idle(t, conn)
}

// TestStreams_besideAnObject has streams go on beside an object whose call's context is done, and end with the object.
func TestStreams_besideAnObject(t *testing.T) {
	i, kinds, conn := link(t)
	words := make(chan string)
	say := func(yield func(string, error) bool) {
		for w := range words {
			if !yield(w, nil) {
				return
			}
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	name, cell, heard, text, err := kinds.Talk(ctx, say)
	if err != nil || name != "talker" {
		t.Fatal(name, err)
	}
	cancel()
	if all, err := io.ReadAll(text); string(all) != "its name" || err != nil {
		t.Errorf("%q, %v", all, err)
	}
	text.Close()
	next, stop := iter.Pull2(heard)
	defer stop()
	for _, w := range []string{"one", "two"} {
		words <- w
		if s, err, ok := next(); s != "heard "+w || err != nil || !ok {
			t.Errorf("%q, %v, %v", s, err, ok)
		}
		if n, err := cell.Get(t.Context()); n != 0 || err != nil {
			t.Errorf("%d, %v", n, err)
		}
	}
	if err := cell.Close(); err != nil {
		t.Error(err)
	}
	if s, err, ok := next(); err == nil {
		t.Errorf("after the end: %q, %v", s, ok)
	}
	close(words)
	got := []string{<-i.closed, <-i.closed}
	if slices.Sort(got); !slices.Equal(got, []string{"cell", "heard"}) {
		t.Errorf("closed are %q", got)
	}
	idle(t, conn)
}

func TestFormats_answerAsTheyAreAsked(t *testing.T) {
	_, _, conn := link(t)
	call := func(f bus.Format, body string) (*bus.Response, error) {
		return conn.Package("kinds").Invoke(t.Context(), &bus.Request{Method: bus.MethodOf("test.kinds/2.Echo"), Format: f, Body: []byte(body)})
	}
	r, err := call(bus.FormatJSON, `{"flag":true,"thing":{"name":"x"},"new":1}`)
	if err != nil || r.Format != bus.FormatJSON || !strings.Contains(string(r.Body), `"name":"x"`) {
		t.Errorf("%+v, %v", r, err)
	}
	for name, f := range map[string]bus.Format{"no JSON": bus.FormatJSON, "no CBOR": bus.FormatCBOR, "no such format": bus.FormatXML} {
		if _, err := call(f, "\xff{"); !errors.Is(err, fs.ErrInvalid) || bus.ErrorOf(err).CrateNumber() != bus.CrateDeserialization {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestDescription(t *testing.T) {
	_, _, conn := link(t)
	r, err := conn.Package("kinds").Invoke(t.Context(), &bus.Request{Method: bus.MethodDescribe})
	if err != nil {
		t.Fatal(err)
	}
	d, err := desc.Parse(r.Body, func(int) bool { return true })
	if err != nil || len(d.Services) != 2 || d.Services[0].Name != "test.kinds/2" && d.Services[1].Name != "test.kinds/2" {
		t.Fatalf("%+v, %v", d, err)
	}
	for i := range d.Services {
		s := &d.Services[i]
		for j := range s.Methods {
			m := &s.Methods[j]
			if m.ID != bus.MethodOf(s.FullName("", m)).String() {
				t.Errorf("%s has the number %s", m.Name, m.ID)
			}
		}
	}
}
