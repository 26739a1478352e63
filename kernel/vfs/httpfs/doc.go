// Package httpfs shows a folder of a web server as a read-only file system. Since the
// web has no listings, the folder has an index, a JSON file ([Index]) that says what
// is in it; contents are fetched in ranges when they are read, some ahead, and
// kept in a bounded cache. A server without ranges is asked for whole files.
//
// An index looks like this; "mode" is octal, "mtime" in seconds since 1970, and all
// but "path" may be left out of a directory (whose path ends with a slash) and all
// but "path" and "target" out of a symbolic link:
//
//	{"version": 1, "files": [
//	  {"path": "bin/", "mode": "755"},
//	  {"path": "bin/hello.wasm", "size": 1234, "mode": "755", "mtime": 1714979290,
//	   "sha256": "…64 hex digits…"},
//	  {"path": "bin/hi", "target": "hello.wasm"}]}
//
// A file whose server says otherwise than the index cannot be read (EIO, with a
// sentence). A SHA-256 is checked where a file is fetched in one piece.
//
// How bytes are fetched ([Getter]) is not here: a page has fetch, a host has net/http.
package httpfs
