package wasmbin

// SharedMemory finds the shared memory that the module imports, if it does.
func (m *Module) SharedMemory() (Import, bool) {
	for _, i := range m.Imports {
		if i.Kind == Memory && i.Limits.Shared {
			return i, true
		}
	}
	return Import{}, false
}

// NeedsThreads reports whether the module is a program for wasi-threads: it asks
// for threads, or for a memory to share with them.
func (m *Module) NeedsThreads() bool {
	if _, ok := m.SharedMemory(); ok {
		return true
	}
	for _, i := range m.Imports {
		if i.Kind == Func && i.Module == "wasi" && i.Name == "thread-spawn" {
			return true
		}
	}
	return false
}

// Shares reports whether any memory of the module is a shared one. At addresses
// of no other can it wait.
func (m *Module) Shares() bool {
	for _, l := range m.Memories {
		if l.Shared {
			return true
		}
	}
	_, ok := m.SharedMemory()
	return ok
}
