package sys

// MountAttr says what is to be mounted.
type MountAttr struct {
	// Type is the file system's type, such as "tmp" or "tar".
	Type string
	// Source is where it comes from, in the type's own terms; a path is taken
	// from the caller's working directory.
	Source string
	// Options are "ro", "rw" and those of the type, NAME or NAME=VALUE.
	Options []string
	// Told is what [Files.Mount] was told of what is mounted: a sentence, in lower case and
	// without a full stop, of what was found broken in it; empty if nothing was. It is not
	// sent.
	Told string
}

// Append appends the record's wire form to b.
func (a *MountAttr) Append(b []byte) []byte {
	b = appendString(b, a.Type)
	b = appendString(b, a.Source)
	return appendStrings(b, a.Options)
}

// DecodeMountAttr reads what Append wrote.
func DecodeMountAttr(b []byte) (a MountAttr, err error) {
	r := reader{b: b}
	a.Type, a.Source, a.Options = r.str(), r.str(), r.strs()
	return a, r.end()
}
