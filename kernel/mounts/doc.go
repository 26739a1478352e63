// Package mounts tells a kernel which types of file systems mount(2) knows, besides
// those in memory: it reads the options of each and opens it. The file systems
// themselves are in the folders of kernel/vfs, and what only a page or only a host has
// (fetch, a picker of folders) is handed in by the entry points.
package mounts
