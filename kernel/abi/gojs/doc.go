// Package gojs lets programs that Go built with GOOS=js GOARCH=wasm run as guests
// of wazero's engine. What their imports do is written in TypeScript, in
// web/ts/workers/gojs.ts, for both engines: the values that such a program holds
// are JavaScript's. On the browser's engine the program needs nothing of this
// package. Here is the bridge that leads from an interpreted guest to
// there and back; natively, where there is no JavaScript, a program is refused.
//
// A program has three exports. run begins it and returns when all its goroutines
// wait; resume lets it handle an event, and returns when they wait again; getsp
// is its stack pointer. Events come in two ways:
//
//   - from the event loop (a timer, the end of a system call, a promise): they are put into a queue on the
//     JavaScript side, and [Main] calls resume for one after another, on the
//     engine's goroutine, which may park in the midst of it;
//   - within an import (JavaScript calls a function of the guest's that the guest has
//     just given it): the export gojs_resume enters the guest at once, and must not
//     park, because JavaScript is waiting. [Nested] says so to whoever parks guests.
//
// An entry point (web/interp) does the following for such a guest:
//
//   - it gives the engine a Config.Park that does nothing while Nested();
//   - it runs engine.Program{Host: gojs.Host(), Main: gojs.Main, …};
//   - its JavaScript half adds InterpretedGo.imports() (web/ts/workers/gojs-wazero.ts)
//     to module "bushel", and, before the guest's goroutine runs, calls
//     lockdown() and InterpretedGo.start(sys, start).
//
// A worker has one guest at a time, so the state here is the package's.
package gojs
