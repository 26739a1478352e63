package main

import (
	"context"
	"fmt"
	"log/slog"
	"strings"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/examples/go/system/services"
)

// log writes an entry into the system's log, unless nobody would keep it.
func log(ctx context.Context, conn *bus.Conn, level, message string, attrs []string) error {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		return err
	}
	to := services.NewLogClientOn(conn, "os")
	lowest, name, err := to.Level(ctx)
	if err != nil {
		return err
	}
	if int(l) < lowest {
		fmt.Println("nothing below", name, "is kept")
		return nil
	}
	values := make(map[string]string)
	for _, attr := range attrs {
		name, value, _ := strings.Cut(attr, "=")
		values[name] = value
	}
	return to.Log(ctx, int(l), message, values)
}
