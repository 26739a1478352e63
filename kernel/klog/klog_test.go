package klog_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/bushel-wasm/bushel/kernel/klog"
)

func TestLogger(t *testing.T) {
	for _, test := range []struct {
		name string
		say  func(*slog.Logger)
		want klog.Entry
	}{
		{"a text", func(l *slog.Logger) { l.Info("hello") }, klog.Entry{Text: "hello"}},
		{"fields", func(l *slog.Logger) { l.Warn("x", "pid", 7, "module", "bus", "call", uint64(9), "n", 1) },
			klog.Entry{Level: slog.LevelWarn, PID: 7, Module: "bus", Call: 9, Text: "x n=1"}},
		{"fields given before", func(l *slog.Logger) { l.With("pid", uint32(7), "a", "b c").Error("x", "d", "") },
			klog.Entry{Level: slog.LevelError, PID: 7, Text: `x a="b c" d=""`}},
		{"a group", func(l *slog.Logger) { l.WithGroup("g").Info("x", "pid", 7, slog.Group("h", "i", 1)) },
			klog.Entry{Text: "x g.pid=7 g.h.i=1"}},
		{"a field of another kind", func(l *slog.Logger) { l.Info("x", "pid", "none", "call", -1) }, klog.Entry{Text: "x pid=none call=-1"}},
		{"lines and escapes", func(l *slog.Logger) { l.Info("a\nb\x1b[2J\u009bc\n") }, klog.Entry{Text: "a b [2J c"}},
		{"a long text", func(l *slog.Logger) { l.Info(strings.Repeat("ä", 3000)) }, klog.Entry{Text: strings.Repeat("ä", 2048) + "..."}},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := klog.New(nil)
			test.say(l.Logger(nil))
			list, lost := l.Since(0)
			if len(list) != 1 || lost != 0 {
				t.Fatalf("%v, %d", list, lost)
			}
			got := list[0]
			if got.Time.IsZero() || got.Number != 1 {
				t.Errorf("%v", got)
			}
			got.Time, got.Number = test.want.Time, 0
			if got != test.want {
				t.Errorf("%+v, want %+v", got, test.want)
			}
		})
	}
}

func TestBounds(t *testing.T) {
	for _, test := range []struct {
		name       string
		size, most int
	}{{"short ones", 1, klog.Entries}, {"long ones", 4000, 1 << 20 / 4000}} {
		t.Run(test.name, func(t *testing.T) {
			l := klog.New(nil)
			text := strings.Repeat("x", test.size)
			for range 3*klog.Entries + 5 {
				l.Add(klog.Entry{Text: text})
			}
			all, lost := l.Since(0)
			if len(all) != test.most || lost != uint64(3*klog.Entries+5-len(all)) {
				t.Errorf("%d are kept and %d lost", len(all), lost)
			}
			last := all[len(all)-1].Number
			if some, lost := l.Since(last - 2); len(some) != 2 || lost != 0 || some[1].Number != last {
				t.Errorf("%d, %d", len(some), lost)
			}
			if none, _ := l.Since(last + 5); none != nil {
				t.Errorf("%v", none)
			}
		})
	}
}

func TestWait(t *testing.T) {
	l := klog.New(nil)
	l.Add(klog.Entry{Text: "1"})
	if err := l.Wait(context.Background(), 0); err != nil {
		t.Error(err)
	}
	got := make(chan error)
	go func() { got <- l.Wait(context.Background(), 1) }()
	go l.Add(klog.Entry{Text: "2"})
	if err := <-got; err != nil {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	go func() { got <- l.Wait(ctx, 2) }()
	cancel()
	if err := <-got; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestConsoleAndLevels(t *testing.T) {
	var shown []string
	var also bytes.Buffer
	l := klog.New(func(e klog.Entry) { shown = append(shown, e.Text) })
	log := l.Logger(slog.NewTextHandler(&also, &slog.HandlerOptions{Level: slog.LevelError}))
	log.Error("a")
	l.ShowOn(slog.LevelWarn)
	log.Warn("b")
	log.Info("c")
	l.SetLevel(slog.LevelWarn)
	log.Info("d")
	if strings.Join(shown, "") != "b" {
		t.Errorf("%q went to the console", shown)
	}
	if list, _ := l.Since(0); len(list) != 3 {
		t.Errorf("%v is kept", list)
	}
	if !strings.Contains(also.String(), "msg=a") || strings.Contains(also.String(), "msg=b") {
		t.Errorf("%q went on", also.String())
	}
}
