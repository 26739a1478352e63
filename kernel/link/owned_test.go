package link_test

import (
	"strings"
	"testing"
	"time"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/kernel/vfs"
)

// What the processes of a storm have open at their start.
const (
	inputAlone  = 0 // by nobody else
	inputShared = 1 // by all, with one offset
)

const inputText = "what was there before. "

func (s *storm) read(e *farEnd, fd, n uint64) string {
	s.t.Helper()
	r := s.call(e, &sys.Request{Op: sys.OpRead, Args: [6]uint64{fd, n}})
	if r.Errno != 0 {
		s.t.Fatal(r.Errno)
	}
	return string(r.Data)
}

// A process that reads the file which it was given as its input piece by piece does not wait
// for the kernel, whoever has it open too. What others do to the file, it sees, and who reads
// on after it begins where it has stopped.
func TestOwned_read(t *testing.T) {
	ends := map[string]func(s *storm, e *farEnd){
		"it waits": func(*storm, *farEnd) {},
		"it exits": func(s *storm, e *farEnd) {
			e.client.Exit(0)
			for s.arrive(e, true) {
			}
		},
		"it closes it": func(s *storm, e *farEnd) {
			s.call(e, &sys.Request{Op: sys.OpClose, Args: [6]uint64{inputShared}})
		},
		"another takes its number": func(s *storm, e *farEnd) {
			s.call(e, &sys.Request{Op: sys.OpRenumber, Args: [6]uint64{inputAlone, inputShared}})
		},
	}
	for name, on := range map[string]func() *vfs.Namespace{"memory": func() *vfs.Namespace { return nil }, "a store": func() *vfs.Namespace { return onStore(t) }} {
		for how, end := range ends {
			t.Run(name+", "+how, func(t *testing.T) {
				s := newStormOn(t, on(), 1, 2, 0)
				a, b := s.ends[0], s.ends[1]
				for range 500 {
					if got := s.read(a, inputShared, uint64(len(inputText))); got != inputText {
						t.Fatalf("%q", got)
					}
				}
				if a.answers > 20 {
					t.Errorf("the kernel answered %d times for 500 reads", a.answers)
				}
				s.hand(a, b)
				at := 500 * uint64(len(inputText))
				if r := s.call(b, &sys.Request{Op: sys.OpPWrite, Args: [6]uint64{inputShared, 0, at}, Data: []byte("WHAT")}); r.Errno != 0 {
					t.Fatal(r.Errno)
				}
				s.hand(b, a)
				if got := s.read(a, inputShared, 8); got != "WHAT was" {
					t.Errorf("what another has written: %q", got)
				}
				end(s, a)
				for i, want := range []string{" there", " befor"} {
					if got := s.read(b, inputShared, 6); got != want {
						t.Errorf("read %d behind it: %q, not %q", i, got, want)
					}
				}
			})
		}
	}
}

// Who has been killed has read what the kernel knew of: the next one reads the rest again.
func TestOwned_killed(t *testing.T) {
	s := newStorm(t, 1, 2, 0)
	a, b := s.ends[0], s.ends[1]
	for range 10 {
		s.read(a, inputShared, 5)
	}
	waits := make(chan sys.Reply, 1)
	b.caller.Start(&sys.Request{Op: sys.OpRead, Args: [6]uint64{inputShared, 5}}, func(r sys.Reply) { waits <- r })
	for s.arrive(b, true) {
	}
	if len(waits) > 0 || len(b.down.queue) > 0 {
		t.Fatal("it was read beside the process that keeps the offset")
	}
	a.process.Signal(sys.SIGKILL)
	for len(waits) == 0 {
		if !s.arrive(b, false) {
			<-s.news
		}
	}
	if r := <-waits; r.Errno != 0 || !strings.Contains(inputText+inputText, string(r.Data)) || len(r.Data) != 5 {
		t.Errorf("%v, %q", r.Errno, r.Data)
	}
}

// From who computes and hears of nothing it is taken, and then is not its to give back.
func TestOwned_taken(t *testing.T) {
	s := newStorm(t, 1, 2, 0)
	a, b := s.ends[0], s.ends[1]
	for range 3 {
		s.read(a, inputShared, 5) // of which the kernel knows the first one
	}
	waits := make(chan sys.Reply, 1)
	b.caller.Start(&sys.Request{Op: sys.OpRead, Args: [6]uint64{inputShared, 4}}, func(r sys.Reply) { waits <- r; tell(s.news) })
	for s.arrive(b, true) {
	}
	for len(waits) == 0 {
		if !s.arrive(b, false) {
			<-s.news
		}
	}
	if r := <-waits; r.Errno != 0 || string(r.Data) != inputText[5:9] {
		t.Errorf("%v, %q", r.Errno, r.Data)
	}
	s.now += time.Second // since which it has heard nothing
	if got := s.read(a, inputShared, 4); got != inputText[9:13] {
		t.Errorf("it reads on with %q", got)
	}
	if got := s.read(b, inputShared, 4); got != inputText[13:17] {
		t.Errorf("and the other with %q", got)
	}
}

// A write with one offset waits for it, too.
func TestOwned_write(t *testing.T) {
	s := newStorm(t, 1, 2, 0)
	a, b := s.ends[0], s.ends[1]
	if got := s.read(a, inputShared, 5); got != inputText[:5] {
		t.Fatalf("%q", got)
	}
	if got := s.read(a, inputShared, 4); got != inputText[5:9] {
		t.Fatalf("%q", got)
	}
	s.hand(a, b)
	if r := s.call(b, write(inputShared, []byte("XX"))); r.Errno != 0 {
		t.Fatal(r.Errno)
	}
	s.hand(b, a)
	if got := s.read(a, inputShared, 3); got != inputText[11:14] {
		t.Errorf("behind another's write: %q", got)
	}
	r := s.call(a, &sys.Request{Op: sys.OpPRead, Args: [6]uint64{inputShared, 4, 8}})
	if r.Errno != errno.Errno(0) || string(r.Data) != inputText[8:9]+"XX"+inputText[11:12] {
		t.Errorf("%q, %v", r.Data, r.Errno)
	}
}

// Who reads one file and writes another, both its input and output from the start, reads
// ahead all the same.
func TestOwned_copy(t *testing.T) {
	s := newStorm(t, 1, 1, 0)
	e := s.ends[0]
	s.call(e, &sys.Request{Op: sys.OpSeek, Args: [6]uint64{inputAlone, 1 << 20, uint64(sys.SeekSet)}})
	e.answers = 0
	for range 500 {
		text := s.read(e, inputShared, uint64(len(inputText)))
		if r := s.call(e, write(inputAlone, []byte(text))); text != inputText || r.Errno != 0 {
			t.Fatalf("%q, %v", text, r.Errno)
		}
	}
	if e.answers > 40 {
		t.Errorf("the kernel answered %d times", e.answers)
	}
	r := s.call(e, &sys.Request{Op: sys.OpPRead, Args: [6]uint64{inputAlone, uint64(len(inputText)), 1<<20 + 499*uint64(len(inputText))}})
	if string(r.Data) != inputText {
		t.Errorf("%q was written, %v", r.Data, r.Errno)
	}
}
