// Package packages is what the shell knows of programs that can be installed: the
// catalogue of what there is, and the user's folders with what is installed.
//
// A package is one WebAssembly module. The catalogue is got by whoever starts the kernel
// ([kernel.Config]); what is installed is in the user's home, so that it lasts as long as
// that does. See docs/packages.md.
//
// How a module is fetched and what the user is told belong to the commands.
package packages
