// Package tarfs shows a tar archive as a read-only file system: its members with
// their modes, times, symbolic and hard links, and names of any length (USTAR, PAX,
// GNU). A plain archive is read where it is, by an index of its headers; files with holes
// are read by the maps that are stored with them. A gzip-compressed one cannot be read
// from the middle: it is unpacked into memory once.
//
// Devices and FIFOs are left out. Writing archives does not belong here.
package tarfs
