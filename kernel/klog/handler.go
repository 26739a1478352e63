package klog

import (
	"context"
	"log/slog"
	"strconv"
	"strings"
)

// Logger is a logger whose entries go into the log, and to also if that is not nil.
func (l *Log) Logger(also slog.Handler) *slog.Logger {
	return slog.New(&handler{log: l, also: also})
}

// handler makes entries of slog's records.
type handler struct {
	log   *Log
	also  slog.Handler
	entry Entry  // what WithAttrs has given
	attrs string // the rest of that
	group string // with a dot behind it
}

func (h *handler) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= h.log.Level() || h.also != nil && h.also.Enabled(ctx, level)
}

func (h *handler) Handle(ctx context.Context, r slog.Record) error {
	e := h.entry
	e.Time, e.Level = r.Time, r.Level
	var b strings.Builder
	b.WriteString(r.Message)
	b.WriteString(h.attrs)
	r.Attrs(func(a slog.Attr) bool {
		take(&e, &b, h.group, a)
		return true
	})
	e.Text = b.String()
	h.log.Add(e)
	if h.also != nil && h.also.Enabled(ctx, r.Level) {
		return h.also.Handle(ctx, r)
	}
	return nil
}

func (h *handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	next := *h
	var b strings.Builder
	b.WriteString(h.attrs)
	for _, a := range attrs {
		take(&next.entry, &b, h.group, a)
	}
	next.attrs = b.String()
	if h.also != nil {
		next.also = h.also.WithAttrs(attrs)
	}
	return &next
}

func (h *handler) WithGroup(name string) slog.Handler {
	next := *h
	if name != "" {
		next.group += name + "."
	}
	if h.also != nil {
		next.also = h.also.WithGroup(name)
	}
	return &next
}

// take puts an attribute into the entry's field of that name, or else behind its text.
func take(e *Entry, b *strings.Builder, group string, a slog.Attr) {
	v := a.Value.Resolve()
	if group == "" && field(e, a.Key, v) {
		return
	}
	if v.Kind() == slog.KindGroup {
		if a.Key != "" {
			group += a.Key + "."
		}
		for _, inner := range v.Group() {
			take(e, b, group, inner)
		}
		return
	}
	if a.Equal(slog.Attr{}) {
		return
	}
	text := v.String()
	if text == "" || strings.ContainsAny(text, " \t\r\n\"=") {
		text = strconv.Quote(text)
	}
	b.WriteString(" " + group + a.Key + "=" + text)
}

// field sets the field that the attribute key stands for.
func field(e *Entry, key string, v slog.Value) bool {
	switch key {
	case "module":
		e.Module = v.String()
		return true
	case "pid", "call":
	default:
		return false
	}
	n, ok := number(v)
	switch {
	case !ok:
	case key == "pid":
		e.PID = int(n)
	default:
		e.Call = n
	}
	return ok
}

// number is the value of a number that is not below zero.
func number(v slog.Value) (uint64, bool) {
	switch v.Kind() {
	case slog.KindInt64:
		return uint64(v.Int64()), v.Int64() >= 0
	case slog.KindUint64:
		return v.Uint64(), true
	}
	return 0, false
}
