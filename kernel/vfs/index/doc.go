// Package index is a read-only file system made from a list of entries: what tar,
// zip and web folders have in common.
//
// A [Tree] is built once, entry by entry, in any order, and never changes after it
// is mounted. Names that lead out of it are refused when they are added. Where the
// bytes of files come from is the business of who builds it ([Content]): archives
// and networks do not belong here.
package index
