// Package machine runs guests natively: each in a goroutine on wazero, with
// host functions that call the kernel directly.
//
// It decides what a module was built for, keeps compiled modules, and turns
// the end of a run into an exit code and a line on the guest's standard error.
// What the host functions do belongs to the ABIs, and in a page guests run in
// workers, which is the page's affair.
package machine
