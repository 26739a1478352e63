package sys

// Stat describes a file.
type Stat struct {
	Dev, Ino            uint64
	Type                FileType
	Mode                uint32 // permission bits, 0–07777
	Nlink               uint64
	Size                uint64
	Atime, Mtime, Ctime int64 // nanoseconds since 1970
	// Holes is how many bytes of Size take no room, as far as its file system knows.
	Holes uint64
}

// Blocks is how much room the contents take, in blocks of 512 bytes: st_blocks of stat(2).
func (s *Stat) Blocks() uint64 { return (s.Size - min(s.Holes, s.Size) + 511) / 512 }

// StatSize is the length of a Stat's wire form in bytes.
const StatSize = 72

// Append appends the record's wire form to b.
func (s *Stat) Append(b []byte) []byte {
	b = le.AppendUint64(b, s.Dev)
	b = le.AppendUint64(b, s.Ino)
	b = le.AppendUint32(b, uint32(s.Type))
	b = le.AppendUint32(b, s.Mode)
	b = le.AppendUint64(b, s.Nlink)
	b = le.AppendUint64(b, s.Size)
	b = le.AppendUint64(b, uint64(s.Atime))
	b = le.AppendUint64(b, uint64(s.Mtime))
	b = le.AppendUint64(b, uint64(s.Ctime))
	return le.AppendUint64(b, s.Holes)
}

// DecodeStat reads what Append wrote.
func DecodeStat(b []byte) (s Stat, err error) {
	if len(b) != StatSize {
		return s, ErrWire
	}
	r := reader{b: b}
	s.Dev, s.Ino = r.u64(), r.u64()
	s.Type, s.Mode = FileType(r.u32()), r.u32()
	s.Nlink, s.Size = r.u64(), r.u64()
	s.Atime, s.Mtime, s.Ctime = int64(r.u64()), int64(r.u64()), int64(r.u64())
	s.Holes = r.u64()
	return s, nil
}

// SetAttr is a change of a file's attributes; Set says which fields count.
type SetAttr struct {
	Set          AttrSet
	Mode         uint32
	Size         uint64
	Atime, Mtime int64 // nanoseconds since 1970
}

// AttrSet is a set of attributes.
type AttrSet uint32

// The attributes of a SetAttr.
const (
	AttrMode AttrSet = 1 << iota
	AttrSize
	AttrAtime
	AttrMtime
	AttrAtimeNow
	AttrMtimeNow
)

// Append appends the record's wire form to b.
func (s *SetAttr) Append(b []byte) []byte {
	b = le.AppendUint32(b, uint32(s.Set))
	b = le.AppendUint32(b, s.Mode)
	b = le.AppendUint64(b, s.Size)
	b = le.AppendUint64(b, uint64(s.Atime))
	return le.AppendUint64(b, uint64(s.Mtime))
}

// DecodeSetAttr reads what Append wrote.
func DecodeSetAttr(b []byte) (s SetAttr, err error) {
	r := reader{b: b}
	s.Set, s.Mode, s.Size = AttrSet(r.u32()), r.u32(), r.u64()
	s.Atime, s.Mtime = int64(r.u64()), int64(r.u64())
	return s, r.end()
}

// UserID is the number of the one user and of the one group. The user owns every file
// and is not root: the owner's permission bits bind.
const UserID = 1000

// DirEntry is an entry of a directory.
type DirEntry struct {
	Cookie uint64 // names the place after the entry; stays good while the directory changes
	Ino    uint64
	Type   FileType
	Name   string
}

// DirEntrySize is the length of a record with a name of n bytes.
func DirEntrySize(n int) int { return 20 + n }

// Append appends the record's wire form to b.
func (e *DirEntry) Append(b []byte) []byte {
	b = le.AppendUint64(b, e.Cookie)
	b = le.AppendUint64(b, e.Ino)
	b = append(b, byte(e.Type), 0)
	b = le.AppendUint16(b, uint16(len(e.Name)))
	return append(b, e.Name...)
}

// DecodeDirEntry reads the first record of b and returns what follows it.
func DecodeDirEntry(b []byte) (e DirEntry, rest []byte, err error) {
	r := reader{b: b}
	e.Cookie, e.Ino = r.u64(), r.u64()
	e.Type = FileType(r.u16())
	e.Name = string(r.take(uint64(r.u16())))
	if r.bad {
		return e, nil, ErrWire
	}
	return e, r.b, nil
}

// PollFD is an fd to wait for.
type PollFD struct {
	FD      uint32
	Events  PollEvent // wanted
	Revents PollEvent // what is the case
	// Bytes is how much can be read, where it is known and PollIn is the case.
	Bytes uint64
}

// PollEvent is a set of poll(2)'s events.
type PollEvent uint16

// The events.
const (
	PollIn  PollEvent = 1 << iota // can be read without waiting
	PollOut                       // can be written without waiting
	PollHup                       // the other end is gone
	PollErr                       // writing is pointless
	PollBad                       // no such fd
)

const pollSize = 16

// AppendPoll appends the wire form of list to b.
func AppendPoll(b []byte, list []PollFD) []byte {
	for _, p := range list {
		b = le.AppendUint32(b, p.FD)
		b = le.AppendUint16(b, uint16(p.Events))
		b = le.AppendUint16(b, uint16(p.Revents))
		b = le.AppendUint64(b, p.Bytes)
	}
	return b
}

// DecodePoll reads what AppendPoll wrote.
func DecodePoll(b []byte) ([]PollFD, error) {
	if len(b)%pollSize != 0 {
		return nil, ErrWire
	}
	list := make([]PollFD, 0, len(b)/pollSize)
	for r := (reader{b: b}); len(r.b) > 0; {
		list = append(list, PollFD{FD: r.u32(), Events: PollEvent(r.u16()), Revents: PollEvent(r.u16()), Bytes: r.u64()})
	}
	return list, nil
}

// SpawnAttr says what OpSpawn starts.
type SpawnAttr struct {
	// Path is the file to run; if it is empty, Argv[0] is looked up along the
	// PATH of Env, or taken as it is if it has a slash.
	Path string
	Argv []string
	Env  []string
	Cwd  string // the caller's if it is empty
	// FDs are the new process's fds: its fd FDs[i][1] is the caller's fd
	// FDs[i][0]. All others are closed in it.
	FDs [][2]uint32
	// Engine is "auto", "browser" or "wazero"; empty leaves it to the
	// environment's BUSHEL_ENGINE.
	Engine string
	Flags  SpawnFlag
	PGID   uint32 // with SpawnSetPGID: the group to join, 0 for a new one
	// TTY is the caller's fd of a terminal, with SpawnSetTTY.
	TTY uint32
	// Dirs, if there are any, are the only preopened directories of a WASI guest.
	Dirs []PreopenDir
	// Limits are set for the new process; of the others it has the caller's.
	Limits []Limit
	// Grants, with SpawnNarrow, is all that the process and what it starts may use, as far as
	// the caller may: patterns of package grant.
	Grants []string
}

// PreopenDir is a directory that a guest may reach.
type PreopenDir struct {
	Path     string // in the kernel's tree
	Name     string // what the guest calls it
	ReadOnly bool
}

// SpawnFlag is a set of flags of a SpawnAttr.
type SpawnFlag uint32

// The flags of a SpawnAttr.
const (
	SpawnSetPGID    SpawnFlag = 1 << iota // put it into group PGID
	SpawnSetSID                           // make it the leader of a new session
	SpawnForeground                       // make its group the foreground group of its terminal
	SpawnSetTTY                           // make TTY its controlling terminal (with SpawnSetSID)
	SpawnSetSigDef                        // have no signal ignored in it, also none that the caller ignores
	SpawnNarrow                           // let it use what Grants has, and nothing else
	// SpawnStandIn has it stand in for the caller, as after an exec, until it ends: what is
	// sent to the caller reaches it and is no longer acted upon by the caller, which stops,
	// goes on and is killed with it. The caller is to wait for it and to end as it ends.
	SpawnStandIn
)

// Append appends the record's wire form to b.
func (a *SpawnAttr) Append(b []byte) []byte {
	b = appendString(b, a.Path)
	b = appendStrings(b, a.Argv)
	b = appendStrings(b, a.Env)
	b = appendString(b, a.Cwd)
	b = le.AppendUint32(b, uint32(len(a.FDs)))
	for _, p := range a.FDs {
		b = le.AppendUint32(b, p[0])
		b = le.AppendUint32(b, p[1])
	}
	b = appendString(b, a.Engine)
	b = le.AppendUint32(b, uint32(a.Flags))
	b = le.AppendUint32(b, a.PGID)
	b = le.AppendUint32(b, a.TTY)
	b = le.AppendUint32(b, uint32(len(a.Dirs)))
	for _, d := range a.Dirs {
		b = appendString(b, d.Path)
		b = appendString(b, d.Name)
		b = le.AppendUint32(b, number(d.ReadOnly))
	}
	b = le.AppendUint32(b, uint32(len(a.Limits)))
	for _, l := range a.Limits {
		b = le.AppendUint32(b, uint32(l.Kind))
		b = le.AppendUint64(b, l.Value)
	}
	return appendStrings(b, a.Grants)
}

// DecodeSpawnAttr reads what Append wrote.
func DecodeSpawnAttr(b []byte) (a SpawnAttr, err error) {
	r := reader{b: b}
	a.Path, a.Argv, a.Env, a.Cwd = r.str(), r.strs(), r.strs(), r.str()
	for n := r.u32(); n > 0 && !r.bad; n-- {
		a.FDs = append(a.FDs, [2]uint32{r.u32(), r.u32()})
	}
	a.Engine, a.Flags, a.PGID, a.TTY = r.str(), SpawnFlag(r.u32()), r.u32(), r.u32()
	for n := r.u32(); n > 0 && !r.bad; n-- {
		a.Dirs = append(a.Dirs, PreopenDir{r.str(), r.str(), r.u32() != 0})
	}
	for n := r.u32(); n > 0 && !r.bad; n-- {
		a.Limits = append(a.Limits, Limit{LimitKind(r.u32()), r.u64()})
	}
	a.Grants = r.strs()
	return a, r.end()
}

// StartInfo is what a process worker is told when its process begins.
type StartInfo struct {
	PID    uint32
	Name   string // for messages: the program's file name as the user gave it
	Engine string // the engine that was chosen
	Argv   []string
	Env    []string
	Cwd    string
	FDs    []StartFD
	// FullPaths says that the program makes its paths absolute by itself.
	FullPaths bool
	// MemoryPages is the most memory that it may have, in pages of 64 KiB; 0 if
	// only its machine knows.
	MemoryPages uint32
	// Instructions is how many it may run; 0 is no limit.
	Instructions uint64
	// Imports is the functions that the program imports, as package wasmbin's Signatures has
	// them: an ABI makes no others. nil says nothing of them.
	Imports []string
}

// StartFD is an fd that a process begins with.
type StartFD struct {
	FD    uint32
	Flags OpenFlag
	Info  FDInfo
	Name  string // of a preopened directory
}

// Append appends the record's wire form to b.
func (s *StartInfo) Append(b []byte) []byte {
	b = le.AppendUint32(b, s.PID)
	b = appendString(b, s.Name)
	b = appendString(b, s.Engine)
	b = appendStrings(b, s.Argv)
	b = appendStrings(b, s.Env)
	b = appendString(b, s.Cwd)
	b = le.AppendUint32(b, uint32(len(s.FDs)))
	for _, f := range s.FDs {
		b = le.AppendUint32(b, f.FD)
		b = le.AppendUint32(b, uint32(f.Flags))
		b = le.AppendUint32(b, uint32(f.Info))
		b = appendString(b, f.Name)
	}
	b = le.AppendUint32(b, number(s.FullPaths))
	b = le.AppendUint32(b, s.MemoryPages)
	b = le.AppendUint64(b, s.Instructions)
	return appendStrings(b, s.Imports)
}

// DecodeStartInfo reads what Append wrote.
func DecodeStartInfo(b []byte) (s StartInfo, err error) {
	r := reader{b: b}
	s.PID, s.Name, s.Engine = r.u32(), r.str(), r.str()
	s.Argv, s.Env, s.Cwd = r.strs(), r.strs(), r.str()
	for n := r.u32(); n > 0 && !r.bad; n-- {
		s.FDs = append(s.FDs, StartFD{r.u32(), OpenFlag(r.u32()), FDInfo(r.u32()), r.str()})
	}
	s.FullPaths, s.MemoryPages, s.Instructions = r.u32() != 0, r.u32(), r.u64()
	s.Imports = r.strs()
	return s, r.end()
}

// ProcInfo describes a process, for ps.
type ProcInfo struct {
	PID, PPID, PGID, SID uint32
	State                string // one letter: R running, S waiting, T stopped, Z zombie
	TTY                  string
	StartTime            int64 // nanoseconds since 1970
	Engine               string
	Command              []string
	CPU                  int64 // processor time in nanoseconds
}

// AppendProcs appends the wire form of list to b.
func AppendProcs(b []byte, list []ProcInfo) []byte {
	b = le.AppendUint32(b, uint32(len(list)))
	for i := range list {
		p := &list[i]
		for _, n := range [...]uint32{p.PID, p.PPID, p.PGID, p.SID} {
			b = le.AppendUint32(b, n)
		}
		b = appendString(b, p.State)
		b = appendString(b, p.TTY)
		b = le.AppendUint64(b, uint64(p.StartTime))
		b = appendString(b, p.Engine)
		b = appendStrings(b, p.Command)
		b = le.AppendUint64(b, uint64(p.CPU))
	}
	return b
}

// DecodeProcs reads what AppendProcs wrote.
func DecodeProcs(b []byte) (list []ProcInfo, err error) {
	r := reader{b: b}
	for n := r.u32(); n > 0 && !r.bad; n-- {
		p := ProcInfo{PID: r.u32(), PPID: r.u32(), PGID: r.u32(), SID: r.u32()}
		p.State, p.TTY, p.StartTime = r.str(), r.str(), int64(r.u64())
		p.Engine, p.Command, p.CPU = r.str(), r.strs(), int64(r.u64())
		list = append(list, p)
	}
	return list, r.end()
}

func number(yes bool) uint32 {
	if yes {
		return 1
	}
	return 0
}
