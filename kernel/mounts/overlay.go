package mounts

import (
	"context"
	"strings"

	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/vfs"
	"github.com/bushel-wasm/bushel/kernel/vfs/overlay"
)

// openOverlay opens directories that lie one over another. The options have Linux's
// names or short ones.
func openOverlay(_ context.Context, m *kernel.Mount) (vfs.FS, error) {
	lower := either(m, "lowerdir", "lower")
	upper := either(m, "upperdir", "upper")
	m.Option("workdir") // Linux needs one
	if lower == "" {
		return nil, errno.Faultf(errno.EINVAL, "an overlay needs the option lower=DIRECTORY[:DIRECTORY...]")
	}
	o := overlay.Options{Yield: m.Process.Kernel().Yield}
	var all []vfs.Dir
	for path := range strings.SplitSeq(lower, ":") {
		_, dir, err := directory(m, path)
		if err != nil {
			return nil, err
		}
		o.Lower = append(o.Lower, dir)
	}
	all = o.Lower
	if upper != "" && !m.ReadOnly {
		place, dir, err := directory(m, upper)
		if err != nil {
			return nil, err
		}
		mutable, ok := dir.(vfs.MutableDir)
		if !ok || place.ReadOnly() {
			return nil, errno.Faultf(errno.EROFS, "%s: nothing can be written there, so it cannot be the upper directory", upper)
		}
		o.Upper = mutable
		o.Space, _ = place.FS().(vfs.Space)
		all = append(all[:len(all):len(all)], dir)
	} else if upper != "" {
		// What has been written before is to be seen all the same.
		return nil, errno.Faultf(errno.EINVAL, "an overlay that is read-only has no upper directory: give it as the first of lower")
	}
	for i, a := range all {
		for j, b := range all {
			if i != j && within(a, b) {
				return nil, errno.Faultf(errno.EINVAL, "the directories of an overlay must not be the same, nor one in another")
			}
		}
	}
	return overlay.New(o), nil
}

// either is the option by one of two names.
func either(m *kernel.Mount, name, short string) string {
	value, ok := m.Option(name)
	if v, _ := m.Option(short); !ok {
		return v
	}
	return value
}

func directory(m *kernel.Mount, path string) (vfs.Place, vfs.Dir, error) {
	place, err := m.Walk(path)
	if err != nil {
		return place, nil, errno.Faultf(errno.Of(err), "%s: %s", path, err)
	}
	dir, err := place.Dir()
	if err != nil {
		return place, nil, errno.Faultf(errno.ENOTDIR, "%s: %s", path, err)
	}
	return place, dir, nil
}

// within reports whether a is b or in it.
func within(a, b vfs.Dir) bool {
	for range vfs.MaxPath {
		if a == b {
			return true
		}
		p, ok := a.(vfs.Parent)
		if !ok {
			return false
		}
		up, err := p.Parent()
		if err != nil || up == a {
			return false
		}
		a = up
	}
	return false
}
