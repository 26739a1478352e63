package kernel

import "github.com/bushel-wasm/bushel/kernel/sys"

// table has the handler of each system call. A call without one is ENOSYS. Each
// handler checks all that comes with the request: numbers of any size, records cut
// short, descriptors of the wrong kind.
var table [sys.NumOps]handler

func init() {
	table = [sys.NumOps]handler{
		sys.OpExit: sysExit, sys.OpSpawn: altering(sysSpawn), sys.OpWait: sysWait, sys.OpKill: sysKill,
		sys.OpGetPID: sysGetPID, sys.OpSetPGID: sysSetPGID, sys.OpSetSID: sysSetSID, sys.OpPS: sysPS,

		sys.OpOpen: altering(naming(sysOpen, creates)), sys.OpNames: sysNames, sys.OpClose: sysClose, sys.OpRead: altering(sysRead), sys.OpWrite: altering(sysWrite),
		sys.OpPRead: altering(sysPRead), sys.OpPWrite: altering(sysPWrite), sys.OpSeek: sysSeek, sys.OpFStat: sysFStat,
		sys.OpFSetAttr: altering(naming(sysFSetAttr, changesMode)), sys.OpAllocate: altering(sysAllocate), sys.OpSync: sysSync, sys.OpReadDir: altering(sysReadDir),
		sys.OpDup: sysDup, sys.OpRenumber: sysRenumber, sys.OpGetFD: sysGetFD, sys.OpSetFD: sysSetFD,
		sys.OpPoll: sysPoll, sys.OpPipe: sysPipe,

		sys.OpStat: sysStat, sys.OpSetAttr: altering(naming(sysSetAttr, changesMode)), sys.OpMkdir: altering(naming(sysMkdir, always)), sys.OpRmdir: altering(naming(sysRmdir, always)),
		sys.OpUnlink: altering(naming(sysUnlink, always)), sys.OpRename: altering(naming(sysRename, always)), sys.OpLink: altering(naming(sysLink, always)), sys.OpSymlink: altering(naming(sysSymlink, always)),
		sys.OpReadlink: sysReadlink, sys.OpChdir: sysChdir, sys.OpGetcwd: sysGetcwd, sys.OpUmask: sysUmask,
		sys.OpMounts: sysMounts, sys.OpStatfs: sysStatfs, sys.OpMount: altering(naming(sysMount, always)), sys.OpUnmount: altering(naming(sysUnmount, always)),

		sys.OpPipeJoin: sysPipeJoin, sys.OpPipeReturn: sysPipeReturn, sys.OpRest: sysRest, sys.OpFeed: sysFeed, sys.OpLoan: sysLoan,

		sys.OpListen: sysListen, sys.OpAccept: sysAccept, sys.OpConnect: sysConnect,
		sys.OpShutdown: sysShutdown, sys.OpRecv: sysRecv,

		sys.OpPTY: sysPTY, sys.OpTTYGet: sysTTYGet, sys.OpTTYSet: sysTTYSet,
	}
}
