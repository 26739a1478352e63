package hostfs

import "syscall"

func times(h *syscall.Stat_t) (atime, ctime syscall.Timespec) { return h.Atim, h.Ctim }
