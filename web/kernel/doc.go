// Command kernel is kernel.wasm: the kernel, the shell and its commands in the
// kernel worker. It joins three ends: the page, whose calls are those of pid 1;
// the guests in their process workers; and the kernel between them.
package main
