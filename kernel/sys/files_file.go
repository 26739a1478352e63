package sys

// File is an fd of a process as Go's io interfaces have it: io.Reader, io.Writer,
// io.StringWriter, io.ReaderAt, io.WriterAt, io.Seeker and io.Closer. It holds no
// state: it may be made and thrown away at will, and closes nothing by itself.
type File struct {
	f  *Files
	fd int
}

// File is fd as a File. It is not looked at before it is used.
func (f *Files) File(fd int) *File { return &File{f, fd} }

// Read reads what is there, at least a byte; io.EOF at the end.
func (f *File) Read(p []byte) (int, error) { return f.f.Read(f.fd, p) }

// Write writes all of p.
func (f *File) Write(p []byte) (int, error) { return f.f.Write(f.fd, p) }

// WriteString writes all of s.
func (f *File) WriteString(s string) (int, error) { return f.f.Write(f.fd, []byte(s)) }

// ReadAt reads from offset off.
func (f *File) ReadAt(p []byte, off int64) (int, error) { return f.f.ReadAt(f.fd, p, off) }

// WriteAt writes at offset off.
func (f *File) WriteAt(p []byte, off int64) (int, error) { return f.f.WriteAt(f.fd, p, off) }

// Seek moves the offset.
func (f *File) Seek(off int64, whence int) (int64, error) { return f.f.Seek(f.fd, off, whence) }

// Stat describes the file.
func (f *File) Stat() (Stat, error) { return f.f.Fstat(f.fd) }

// Close closes the fd.
func (f *File) Close() error { return f.f.Close(f.fd) }
