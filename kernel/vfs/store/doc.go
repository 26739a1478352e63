// Package store is a file system that lasts: it keeps a tree of files on one
// [Device], which a page has in its origin's private file system or in
// IndexedDB, and a native program in a file.
//
//	fs, err := store.Open(device, store.Options{})
//	err = namespace.Mount("/home", fs, vfs.MountOptions{Source: "home"})
//
// Names, attributes and where contents lie are in memory and in a checksummed
// log on the device; contents are on the device alone. Each change is one record
// of the log, written before its call returns and after the contents that it
// refers to. So whoever ends the program at any moment loses no call that has
// returned, and what a power cut leaves is all that was synced. FORMAT.md
// describes every byte and says exactly what is promised.
//
// Devices of a browser are not here but in web, those on disk in package disk.
package store
