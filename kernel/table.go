package kernel

import "github.com/bushel-wasm/bushel/kernel/sys"

// table has the handler of each system call. A call without one is ENOSYS. Each
// handler checks all that comes with the request: numbers of any size, records cut
// short, descriptors of the wrong kind.
var table [sys.NumOps]handler

func init() {
	table = [sys.NumOps]handler{
		sys.OpExit: sysExit, sys.OpSpawn: sysSpawn, sys.OpWait: sysWait, sys.OpKill: sysKill,
		sys.OpGetPID: sysGetPID, sys.OpSetPGID: sysSetPGID, sys.OpSetSID: sysSetSID, sys.OpPS: sysPS,

		sys.OpOpen: naming(sysOpen, creates), sys.OpNames: sysNames, sys.OpClose: sysClose, sys.OpRead: sysRead, sys.OpWrite: sysWrite,
		sys.OpPRead: sysPRead, sys.OpPWrite: sysPWrite, sys.OpSeek: sysSeek, sys.OpFStat: sysFStat,
		sys.OpFSetAttr: naming(sysFSetAttr, changesMode), sys.OpAllocate: sysAllocate, sys.OpSync: sysSync, sys.OpReadDir: sysReadDir,
		sys.OpDup: sysDup, sys.OpRenumber: sysRenumber, sys.OpGetFD: sysGetFD, sys.OpSetFD: sysSetFD,
		sys.OpPoll: sysPoll, sys.OpPipe: sysPipe,

		sys.OpStat: sysStat, sys.OpSetAttr: naming(sysSetAttr, changesMode), sys.OpMkdir: naming(sysMkdir, always), sys.OpRmdir: naming(sysRmdir, always),
		sys.OpUnlink: naming(sysUnlink, always), sys.OpRename: naming(sysRename, always), sys.OpLink: naming(sysLink, always), sys.OpSymlink: naming(sysSymlink, always),
		sys.OpReadlink: sysReadlink, sys.OpChdir: sysChdir, sys.OpGetcwd: sysGetcwd, sys.OpUmask: sysUmask,
		sys.OpMounts: sysMounts, sys.OpStatfs: sysStatfs, sys.OpMount: naming(sysMount, always), sys.OpUnmount: naming(sysUnmount, always),

		sys.OpPipeJoin: sysPipeJoin, sys.OpPipeReturn: sysPipeReturn, sys.OpRest: sysRest, sys.OpFeed: sysFeed, sys.OpLoan: sysLoan,

		sys.OpListen: sysListen, sys.OpAccept: sysAccept, sys.OpConnect: sysConnect,
		sys.OpShutdown: sysShutdown, sys.OpRecv: sysRecv,

		sys.OpPTY: sysPTY, sys.OpTTYGet: sysTTYGet, sys.OpTTYSet: sysTTYSet,
	}
}
