//go:build !js

package gojs

import (
	"context"

	"github.com/tetratelabs/wazero/api"

	"github.com/bushel-wasm/bushel/kernel/engine"
)

var errNative = &engine.LoadError{Reason: "is built for GOOS=js, which runs in a page only: build it with GOOS=wasip1"}

// Main refuses the guest.
func Main(context.Context, api.Module) error { return errNative }

// Nested reports false: no guest is ever entered.
func Nested() bool { return false }

// call is not reached, because Main enters no guest.
func call(mod api.Module, _, _ uint32) { engine.Exit(mod, 126) }
