// Package zipfs shows a zip archive as a read-only file system: its members with
// their modes, times and symbolic links. Members are decompressed when they are read,
// and of what has been decompressed only a bounded part is kept, so that an archive
// costs no more memory than its list of members.
//
// Encrypted members and archives that would unpack to far more than they could
// honestly hold are refused. Writing archives does not belong here.
package zipfs
