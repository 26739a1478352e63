// Package localfs shows a folder of the user's own disk, as far as a browser lets a
// page at it (the File System Access API): files and folders by their paths, read and
// written. There are no links (EPERM), a folder cannot be renamed (EXDEV, which mv takes
// as the order to copy), and permission bits, and times that are set, are remembered
// only while the folder is mounted.
//
// What is written is on the disk when the file has been closed, after fsync, or a
// moment after the last write. A disk that refuses it then is told of by close, fsync or
// the next write, and the file is what it was before. How a browser is asked ([Host]) is not here.
package localfs
