package vfs

// Watch has w told of the next change of the contents.
func (f *memFile) Watch(w Watcher) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.watchers.Add(w)
}

// Unwatch ends that.
func (f *memFile) Unwatch(w Watcher) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.watchers.Remove(w)
}

// Watching reports whether w is to be told yet.
func (f *memFile) Watching(w Watcher) bool {
	f.mu.RLock()
	defer f.mu.RUnlock()
	return f.watchers.Has(w)
}
