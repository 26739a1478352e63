package wasi

import "github.com/bushel-wasm/bushel/kernel/sys"

// rights is a set of the rights of a file descriptor: preview 1, type rights.
type rights uint64

const (
	rightDatasync rights = 1 << iota
	rightRead
	rightSeek
	rightSetFlags
	rightSync
	rightTell
	rightWrite
	rightAdvise
	rightAllocate
	rightCreateDirectory
	rightCreateFile
	rightLinkSource
	rightLinkTarget
	rightOpen
	rightReaddir
	rightReadlink
	rightRenameSource
	rightRenameTarget
	rightPathStat
	rightPathSetSize
	rightPathSetTimes
	rightStat
	rightSetSize
	rightSetTimes
	rightSymlink
	rightRemoveDirectory
	rightUnlinkFile
	rightPoll
	rightShutdown
	rightAccept
)

const (
	dirRights = rightSetFlags | rightSync | rightDatasync | rightCreateDirectory | rightCreateFile |
		rightLinkSource | rightLinkTarget | rightOpen | rightReaddir | rightReadlink |
		rightRenameSource | rightRenameTarget | rightPathStat | rightPathSetSize | rightPathSetTimes |
		rightStat | rightSetTimes | rightSymlink | rightRemoveDirectory | rightUnlinkFile | rightPoll

	fileRights = rightDatasync | rightRead | rightSeek | rightSetFlags | rightSync | rightTell |
		rightWrite | rightAdvise | rightAllocate | rightStat | rightSetSize | rightSetTimes | rightPoll

	// A stream has no offset. wasi-libc's isatty takes a character device without
	// the rights to seek and to tell for a terminal.
	streamRights = rightRead | rightSetFlags | rightWrite | rightStat | rightPoll

	socketRights = streamRights | rightShutdown | rightAccept

	// What a directory may hand on to what is opened below it.
	heritableRights = dirRights | fileRights
)

// applicable is the set of rights that make sense for a file like info.
func applicable(info sys.FDInfo) rights {
	switch info.Type() {
	case sys.TypeDirectory:
		return dirRights
	case sys.TypeSocket, sys.TypeSocketDgram:
		return socketRights
	}
	if info&sys.InfoSeek != 0 {
		return fileRights
	}
	if info.Type() == sys.TypeCharDevice && info&sys.InfoTTY == 0 {
		return fileRights
	}
	return streamRights
}

// granted is the set of rights of a file that was opened with flags.
func granted(info sys.FDInfo, flags sys.OpenFlag) rights {
	r := applicable(info)
	if flags&sys.ORead == 0 {
		r &^= rightRead
	}
	if flags&sys.OWrite == 0 {
		r &^= rightWrite | rightAllocate | rightSetSize
	}
	return r
}
