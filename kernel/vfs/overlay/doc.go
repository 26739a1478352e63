// Package overlay shows directories that lie one over another as one: what is
// written goes to the upper one, and what is not there is read from the lower ones,
// which are never changed. It is Linux's overlayfs in what programs see.
//
// A file of a lower directory is copied up when it is first changed, as a whole and
// in one step. That a lower name has been removed is written into the upper
// directory, into a file by the name [LogName] that nobody sees: one record for each
// name, "-NAME" and a NUL. Such a lower name stays hidden for ever, so that a
// directory made in its stead is empty.
//
// As with Linux, a directory that a lower one has a part in cannot be renamed
// (EXDEV, which mv takes as the order to copy), and the names of a lower file with
// hard links are files of their own. What changes in the directories underneath while they are mounted may be seen or not.
package overlay
