package sys

// Op is the number of a system call. Numbers are part of the link's protocol:
// the set is append-only.
type Op uint32

// The system calls. "a0" to "a5" are [Request.Args], "v0" to "v2"
// [Reply.Vals], "path" is [Request.Path], "data" [Request.Data] or
// [Reply.Data]. A dirfd may be [AtCwd]. Errors are those of POSIX.
const (
	// OpExit ends the process: a0 exit code 0–255. It has no reply.
	OpExit Op = 1 + iota

	// OpOpen opens path below dirfd a0 with a1 [OpenFlag]s, a2 permission bits
	// for a new file, a3 [AtFlag]s: v0 the fd, v1 its [FDInfo]. A process at the far
	// end of a link may keep the file's offset and copies of its contents by itself: a4
	// is the number, not 0, by which it will know the file, and v2 that or the one by
	// which it knows it already, 0 if that file is not for copies; data is then its size
	// in 8 bytes and its first bytes, up to a5 of them if it is to be read, all of which
	// stays so until a change is told; or empty.
	OpOpen
	// OpClose closes fd a0. With a1 1 the file may be opened again by [OpenKept], and file
	// a2 no more, if that is not 0.
	OpClose
	// OpRead reads up to a1 bytes from fd a0 into data; 0 bytes are the end. Of a
	// pipe's end that nobody else holds, data may have up to a2 bytes more. If others hold
	// it and a3 is not 0, that many may be lent to the process under the number a3: v2 is
	// how many of data's last bytes are, which it has to tell of by OpLoan. If v0 is
	// not 0, what comes after data, which may then be empty, comes by the channel of the
	// pipe of that number (see OpPipeJoin). If v1 is not 0, it comes as OpFeed says. Who
	// is in no hurry gives in a4 how many bytes of a pipe are worth a reply: the read waits
	// for as many, unless the pipe is half full before or nobody writes any more. If a5 is not
	// 0 and fd a0 is a regular file's, the process may be given the offset, which others share, to
	// keep, and a copy of the file: v0 is then the fd's OpenFlags, v1 the offset behind data, and v2
	// the number of the file, a5 unless the process knows it by another. The kernel asks for the
	// offset as for a loan a3 (see OpLoan), and it comes back by OpSeek.
	OpRead
	// OpWrite writes data to fd a0: v0 bytes written. It ends early only for an
	// error, which is v1, with [ONonblock], or by a signal. With [WriteOwnLine] in a1 a
	// line break comes first if what was written there last did not end in one; see
	// [WriteBehind] too.
	OpWrite
	// OpPRead reads up to a1 bytes at offset a2 of fd a0. If the process keeps a copy
	// of the file and a3 is not 0, data may have a3 bytes more, v1 is the size, and v0 is
	// 1 if all that stays so until a change is told.
	OpPRead
	// OpPWrite writes data at offset a2 of fd a0: v0 bytes written, v1 as OpWrite's.
	// a3 is 1 if it may take of the [PromisedRoom], of which [InfoSure] tells.
	OpPWrite
	// OpSeek moves fd a0 by a1 (signed) from a2 [Whence]: v0 the new offset. With a3 1 the kernel
	// keeps the offset from now on, which the process was given to keep; that is nothing if it was
	// taken from it meanwhile. With a5 the process may be given it to keep, as by OpRead: a4
	// is its number then, and v0 to v2 are as there.
	OpSeek
	// OpFStat describes fd a0: data is a [Stat].
	OpFStat
	// OpStat describes path below dirfd a0, a3 AtFlags: data is a [Stat]. A process at the far
	// end of a link may ask for more of the same directory: up to a1 of its entries from
	// cookie a2 on, each a [DirEntry] and a Stat behind the first one. With v0 1 all of them
	// stay so, until the number a4 is told as that of a file is, but for what the process
	// does itself. v1 is the cookie to go on from, ^0 at the directory's end.
	OpStat
	// OpFSetAttr changes fd a0 as data, a [SetAttr], says.
	OpFSetAttr
	// OpSetAttr changes path below dirfd a0, a3 AtFlags, as data, a [SetAttr], says.
	OpSetAttr
	// OpAllocate makes sure that fd a0 has a2 bytes from offset a1.
	OpAllocate
	// OpSync makes what was written to fd a0 last.
	OpSync
	// OpReadDir reads entries of directory fd a0 after cookie a1, up to a2 bytes:
	// data is packed [DirEntry] records, empty at the end.
	OpReadDir
	// OpMkdir makes the directory path below dirfd a0 with permission a2, a3 AtFlags.
	OpMkdir
	// OpRmdir removes the empty directory path below dirfd a0, a3 AtFlags.
	OpRmdir
	// OpUnlink removes the name path below dirfd a0, a3 AtFlags.
	OpUnlink
	// OpRename renames path below dirfd a0 to the name data below dirfd a1, a3 AtFlags.
	OpRename
	// OpLink gives the file at path below dirfd a0 the further name data below
	// dirfd a1, a3 AtFlags.
	OpLink
	// OpSymlink makes path below dirfd a0, a3 AtFlags, a symbolic link with target data.
	OpSymlink
	// OpReadlink reads the link path below dirfd a0, a3 AtFlags: data is its target.
	OpReadlink
	// OpDup gives fd a0 a second number: a1 the number wanted (what was open there
	// is closed) or ^0 for the lowest free one not under a2: v0 the fd, v1 FDInfo.
	OpDup
	// OpRenumber moves fd a0 to number a1, which must be open, atomically.
	OpRenumber
	// OpGetFD asks after fd a0: v0 its OpenFlags, v1 its FDInfo; data is the
	// name of a preopened directory.
	OpGetFD
	// OpSetFD sets the status flags of fd a0 to a1 (OAppend, ONonblock, ODsync,
	// ORsync, OSync count; the rest is kept).
	OpSetFD
	// OpPoll waits until one of data, packed [PollFD] records, is ready, or until
	// a0 nanoseconds are over (^0: no limit): data is the records with Revents set.
	OpPoll
	// OpPipe makes a pipe: v0 the fd to read, v1 the fd to write. It holds a0 bytes, if
	// that is not 0 and no limit says otherwise.
	OpPipe
	// OpPTY makes a pseudo-terminal of a0 columns and a1 rows: v0 the fd of
	// the master, v1 the fd of the terminal.
	OpPTY
	// OpTTYGet asks the terminal of fd a0: v0 its [TTYMode], v1 columns<<32 | rows,
	// v2 its foreground process group.
	OpTTYGet
	// OpTTYSet changes the terminal of fd a0: a1 is a set of [TTYChange]; a2 the
	// mode, a3 columns<<32 | rows, a4 the foreground process group.
	OpTTYSet
	// OpChdir makes path the working directory.
	OpChdir
	// OpGetcwd asks for the working directory: data is its path.
	OpGetcwd
	// OpUmask sets the file mode creation mask to a0: v0 the old one.
	OpUmask
	// OpSpawn starts a process as data, a [SpawnAttr], says: v0 its pid.
	OpSpawn
	// OpWait waits for a child: a0 the pid (signed; -1 any, 0 or less than -1 a
	// group), a1 [WaitFlag]s: v0 the pid (0 with WNoHang if none is ready),
	// v1 its [WaitStatus], v2 the processor time of an ended one in
	// nanoseconds, with that of the children it waited for.
	OpWait
	// OpKill sends signal a1 to a0 (signed: a pid; 0 own group; -1 all; -n group n).
	OpKill
	// OpGetPID asks: v0 pid, v1 parent<<32 | group, v2 session.
	OpGetPID
	// OpSetPGID puts process a0 (0: the caller) into group a1 (0: its own pid).
	OpSetPGID
	// OpSetSID makes the caller the leader of a new session: v0 its id.
	OpSetSID
	// OpMounts lists what is mounted: data is lines "source target type options 0 0",
	// as /proc/mounts has them.
	OpMounts
	// OpStatfs describes the file system of path: v0 bytes in all, v1 bytes free,
	// v2 nodes; data is the type's name.
	OpStatfs
	// OpPS lists the processes: data is packed [ProcInfo] records.
	OpPS
	// OpMount mounts over the directory path what data, a [MountAttr], describes. Data of
	// the reply is what [MountAttr.Told] says.
	OpMount
	// OpUnmount takes away what is mounted on path: EBUSY while it is in use.
	OpUnmount
	// OpPipeJoin asks that the pipe to which fd a0 writes be joined to its reader: v0
	// is its number, by which a channel to the reader has been handed to the process,
	// or 0, and v1 how many bytes may be on their way in the channel. From then on the
	// pipe's bytes go by the channel. If a1 is 1 nothing is done, and v0 is 1 if it could be.
	// Only clients of a link make this call and the next two.
	OpPipeJoin
	// OpPipeReturn gives the end of pipe a0 that the caller holds back to the kernel:
	// the writer's if a1 is 0, a2 being how many bytes it has sent by the channel; else
	// the reader's, a2 being how many bytes it has read or brings or has brought: data
	// are those that it has not read. More of them may come with further calls, of which
	// the last has a3 set if nobody knows how many there are. The kernel
	// sends it too, to ask for that: a1 is a [PipeAsk].
	OpPipeReturn
	// OpRest says that the caller waits for what is no call that it waits for, such as a joined
	// pipe, or with a0 0 that it goes on. a1 is for how many nanoseconds it waited that no call
	// has told of.
	OpRest
	// OpListen makes a socket that listens on port a0 (0: any that is free) of the
	// kernel's own network, a1 connections may wait to be accepted, a2 OpenFlags
	// (ONonblock, OCloexec): v0 the fd, v1 FDInfo, v2 the port. EADDRINUSE if
	// somebody listens there.
	OpListen
	// OpAccept takes the next connection of the listening socket a0, a1 OpenFlags as
	// OpListen's: v0 the fd, v1 FDInfo, v2 the other end's port.
	OpAccept
	// OpConnect connects to port a0, a1 OpenFlags as OpListen's: v0 the fd, v1 FDInfo,
	// v2 the own port. ECONNREFUSED if nobody listens. It waits while too many
	// wait to be accepted.
	OpConnect
	// OpShutdown ends the directions a1, a set of [ShutFlag], of the connected socket a0.
	OpShutdown
	// OpRecv reads up to a1 bytes from the connected socket a0 with a2 [RecvFlag]s.
	OpRecv
	// OpNames is of a process at the far end of a link that keeps copies of files. a1 is
	// a [NamesAsk]. With NamesList it asks to be the only one that may change names, and
	// for what is in the directory path below dirfd a0, a3 AtFlags: v0 is 1 if it is
	// and gets that: v1 is then how many fds it may have, v2 the directory's number for
	// [AtNamed], if it is not 0, and data the numbers of
	// the directory's device and of the directory, 8 bytes each, and packed [DirEntry]
	// records, whose cookies are [NamesSole] or nothing to it. From then on an OpOpen may say in a5, with [OpenNumbered], which number
	// the fd is to have. The names are asked back as the change of file 0.
	OpNames
	// OpFeed is of a process at the far end of a link, and has no reply. What comes to be
	// read of fd a0, a link to the bus that nobody else holds (see [InfoFed]), is to be sent
	// to it unasked from now on, up to a1 bytes more than it has said before; a2 is
	// the number by which it knows the fd, and a3 how many such bytes have reached it. The
	// kernel sends the same: a0 that number, a1 a [Fed], a2 how many bytes have been
	// written to the fd in all, and data what came.
	OpFeed
	// OpLoan is of a process at the far end of a link that was lent bytes of a pipe as loan
	// a0 (see OpRead), and has no reply: it has read a1 more of them, and with a2 1 it gives
	// back the rest. Until it has done either with all of them they are the first ones of the
	// pipe, and in it. The kernel sends it to ask for that, with a0 alone.
	OpLoan

	// NumOps is one more than the highest number.
	NumOps
)

var opNames = [NumOps]string{
	OpExit: "exit", OpOpen: "open", OpClose: "close", OpRead: "read", OpWrite: "write",
	OpPRead: "pread", OpPWrite: "pwrite", OpSeek: "seek", OpFStat: "fstat", OpStat: "stat",
	OpFSetAttr: "fsetattr", OpSetAttr: "setattr", OpAllocate: "allocate", OpSync: "sync",
	OpReadDir: "readdir", OpMkdir: "mkdir", OpRmdir: "rmdir", OpUnlink: "unlink",
	OpRename: "rename", OpLink: "link", OpSymlink: "symlink", OpReadlink: "readlink",
	OpDup: "dup", OpRenumber: "renumber", OpGetFD: "getfd", OpSetFD: "setfd", OpPoll: "poll",
	OpPipe: "pipe", OpPTY: "pty", OpTTYGet: "ttyget", OpTTYSet: "ttyset", OpChdir: "chdir",
	OpGetcwd: "getcwd", OpUmask: "umask", OpSpawn: "spawn", OpWait: "wait", OpKill: "kill",
	OpGetPID: "getpid", OpSetPGID: "setpgid", OpSetSID: "setsid", OpMounts: "mounts",
	OpStatfs: "statfs", OpPS: "ps", OpMount: "mount", OpUnmount: "unmount",
	OpPipeJoin: "pipejoin", OpPipeReturn: "pipereturn", OpRest: "rest",
	OpListen: "listen", OpAccept: "accept", OpConnect: "connect", OpShutdown: "shutdown", OpRecv: "recv",
	OpNames: "names", OpFeed: "feed", OpLoan: "loan",
}

// String is the call's name as a trace prints it.
func (o Op) String() string {
	if o > 0 && o < NumOps {
		return opNames[o]
	}
	return "unknown"
}

// PipeAsk is what the kernel wants of a process that holds an end of a joined pipe.
type PipeAsk uint64

// What the kernel asks with OpPipeReturn.
const (
	PipeReturn PipeAsk = iota // give the end back
	PipeDrain                 // the same of a reader whose writer has died: bring what has arrived
	PipeOver                  // the channel is not needed any more
)

// Fed is what the kernel says with OpFeed besides what came.
type Fed uint64

// What may be said.
const (
	FedMore Fed = iota // more will come so
	FedOver            // that was the end: the next read meets it
	FedOff             // the rest is to be read as of any fd
)

// What the argument a1 of an OpWrite may have.
const (
	// WriteOwnLine is for messages: they begin a line.
	WriteOwnLine = 1 << iota
	// WriteBehind says that nobody looks at what becomes of the write, which then waits
	// even where [ONonblock] says that it must not.
	WriteBehind
)

// NamesAsk is what an OpNames is about.
type NamesAsk uint8

// What an OpNames may be about.
const (
	NamesList     NamesAsk = iota // give the caller the names
	NamesGiveBack                 // the caller gives them back
	NamesForget                   // the caller will not open file a4 again
)

// NamesSole is the cookie of a regular file that has no other name, that the process may
// read and write, and of which it has no copy. A process that has cut files lately is told so.
const NamesSole = 1

// What the argument a5 of an OpOpen may have beside a number.
const (
	// OpenNumbered: the fd is to have the number in the lower 32 bits, which is free. If
	// the file cannot be opened, that number is a file of which every use fails.
	OpenNumbered = 1 << 63
	// OpenKept: it is the file that the process knows by a4, and had open before.
	OpenKept = 1 << 62
)

// AtCwd as a dirfd stands for the working directory.
const AtCwd = ^uint64(0)

// AtNamed in a dirfd says that the lower 32 bits are the number of a directory which the
// process has been told the names of ([OpNames]). The path is then a single name there,
// which is followed nowhere.
const AtNamed uint64 = 1 << 62

// OpenFlag is a set of open(2)'s flags.
type OpenFlag uint32

// The flags of OpOpen. The access mode is OAccess's bits; with neither, a file
// is opened for its attributes only (and a directory for listing).
const (
	ORead      OpenFlag = 1 << iota // may be read
	OWrite                          // may be written
	OAppend                         // each write goes to the end
	OCreate                         // make the file if it is missing
	OExcl                           // with OCreate: fail with EEXIST if it is there
	OTrunc                          // cut it to length 0
	ODirectory                      // fail with ENOTDIR if it is no directory
	ONonblock                       // reads and writes that would wait fail with EAGAIN
	ODsync
	ORsync
	OSync
	OCloexec // not inherited by spawned processes
	OPreopen // a directory that the process got at its start

	OAccess = ORead | OWrite
	OStatus = OAppend | ONonblock | ODsync | ORsync | OSync // what OpSetFD may change
)

// AtFlag is a set of flags for path look-ups.
type AtFlag uint32

// The flags of a path look-up.
const (
	// AtNoFollow: a link in the last place is not followed.
	AtNoFollow AtFlag = 1 << iota
	// AtBeneath: a path that leads out of the dirfd, by "..", by a link or by a
	// leading slash, fails with ENOTCAPABLE. Without it, an absolute path is
	// looked up from the root whatever the dirfd.
	AtBeneath
	// AtGuest: the path came from a WASI program that may have lost its leading
	// slash. If the dirfd is the root, the working directory is looked at
	// first: see "Why does a guest's relative path work?" in RATIONALE.md.
	AtGuest
)

// Whence is where OpSeek counts from. The numbers are WASI's.
type Whence uint8

// The places to count from.
const (
	SeekSet Whence = iota
	SeekCur
	SeekEnd
)

// FileType is the type of a file. The numbers are those of WASI preview 1,
// plus one of ours above them.
type FileType uint8

// The file types.
const (
	TypeUnknown     FileType = 0
	TypeBlockDevice FileType = 1
	TypeCharDevice  FileType = 2
	TypeDirectory   FileType = 3
	TypeRegular     FileType = 4
	TypeSocketDgram FileType = 5
	TypeSocket      FileType = 6
	TypeSymlink     FileType = 7
	TypeFIFO        FileType = 8 // not in WASI, whose ABI says TypeUnknown instead
)

// FDInfo is what a process may know of an fd without asking: bits 0–7 the
// [FileType], above them the flags below.
type FDInfo uint32

// The flags of an FDInfo.
const (
	InfoTTY   FDInfo = 1 << (8 + iota) // a terminal
	InfoSeek                           // has an offset
	InfoBulk                           // writes may be sent without waiting for their answer
	InfoSure                           // and do not fail while those on their way take at most PromisedRoom
	InfoFed                            // OpFeed may be asked for it
	InfoNamed                          // may be in a directory whose names the process was told (OpNames)
	InfoFlush                          // its close tells what has become of what was written
	InfoSlow                           // calls on it may wait, so that others overtake them
)

// PromisedRoom is the room that a process at the far end of a link is promised in a
// file system, in bytes, for all that it has sent without waiting.
const PromisedRoom = 16 << 20

// Type is the fd's file type.
func (i FDInfo) Type() FileType { return FileType(i) }

// TTYMode is a terminal's mode, in the spirit of termios.
type TTYMode uint32

// The bits of a TTYMode. [TTYCooked] is what a terminal starts with.
const (
	TTYCanon TTYMode = 1 << iota // input comes by lines, and is edited
	TTYEcho                      // input is echoed
	TTYSig                       // ^C ^\ ^Z send signals
	TTYCRNL                      // CR is read as NL
	TTYONLCR                     // NL is written as CR NL

	TTYCooked = TTYCanon | TTYEcho | TTYSig | TTYCRNL | TTYONLCR
	TTYRaw    = TTYMode(0)
)

// TTYChange says which of OpTTYSet's arguments count.
type TTYChange uint8

// What OpTTYSet changes.
const (
	TTYSetMode TTYChange = 1 << iota
	TTYSetSize
	TTYSetGroup
)

// WaitFlag is a set of waitpid(2)'s flags.
type WaitFlag uint8

// The flags of OpWait.
const (
	WNoHang    WaitFlag = 1 << iota // do not wait
	WUntraced                       // report stopped children too
	WContinued                      // report continued children too
)
