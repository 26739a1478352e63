// Package guards holds tests that keep the rules of the repository itself: which
// folder may import which, where the browser's own package may appear, that
// everything is described, pinned and finished. It has no code of its own.
package guards
