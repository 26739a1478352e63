//go:build !js

// Package hostfs is a directory of the host as a file system of the kernel: what
// the native command mounts for --dir.
//
// Everything goes through an [os.Root], so nothing outside the directory can be
// reached, whatever links are put into it and by whom. Links are read and made
// here but followed by the kernel, in the kernel's tree; a link that leads out
// of the directory cannot be made.
//
// Permissions are the host's: what the user that runs the kernel may do. Other
// programs may change the directory at any time; what was looked up and is no
// longer there answers ENOENT.
package hostfs
