package vfs

var (
	_ FS         = (*Mem)(nil)
	_ Space      = (*Mem)(nil)
	_ MutableDir = (*memDir)(nil)
	_ Guarded    = (*memDir)(nil)
	_ Located    = (*memDir)(nil)
	_ Parent     = (*memDir)(nil)
	_ File       = (*memFile)(nil)
	_ Guarded    = (*memFile)(nil)
	_ Holder     = (*memFile)(nil)
	_ Versioned  = (*memFile)(nil)
	_ Link       = (*memLink)(nil)

	_ FS          = (*Static)(nil)
	_ ReadOnlyFS  = (*Static)(nil)
	_ Located     = staticDir{}
	_ Parent      = staticDir{}
	_ Snapshotter = staticText{}
	_ CallerLink  = staticLink{}
	_ Device      = staticDevice{}
)
