package kernel

import (
	"path"
	"slices"
	"sort"
	"strings"

	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/kernel/vfs"
)

// shownToCommands are the directories that a program of the kernel is shown besides those
// that it is given: the programs, for reading, and the devices. A guest gets nothing more.
var shownToCommands = [...]string{"/bin", "/dev"}

// view makes b a process that is shown nothing but dirs: its root has them by their names,
// and a guest has them as its preopened directories, out of which no path leads.
func (c *call) view(b *birth, at vfs.At, dirs []sys.PreopenDir) error {
	fs := c.p.fs
	var list []vfs.Binding
	guest := b.main == nil
	b.strict, b.dirs = guest, nil
	for _, d := range dirs {
		place, err := fs.WalkDir(at, d.Path)
		if err != nil {
			return err
		}
		list = append(list, vfs.Binding{Source: place, Path: path.Clean("/" + d.Name), ReadOnly: d.ReadOnly})
		if guest {
			b.dirs = append(b.dirs, preopen{place, d.Name, d.ReadOnly})
		}
	}
	// What is to stand in another comes after it.
	sort.SliceStable(list, func(i, j int) bool { return depth(list[i].Path) < depth(list[j].Path) })
	if guest {
		// A preopened directory need not be at a place that is there.
		list = slices.DeleteFunc(list, func(x vfs.Binding) bool {
			_, err := vfs.NewView(fs, append(shorter(list, x), x))
			return err != nil
		})
	}
	for _, name := range shownToCommands {
		taken := guest || slices.ContainsFunc(list, func(b vfs.Binding) bool { return b.Path == name || b.Path == "/" })
		if place, err := fs.WalkDir(vfs.At{NoWait: true}, name); err == nil && !taken {
			list = append(list, vfs.Binding{Source: place, Path: name, ReadOnly: name != "/dev"})
		}
	}
	view, err := vfs.NewView(fs, list)
	if err != nil {
		return err
	}
	b.fs = view
	b.cwd = view.Root()
	if cwd, err := fs.Path(at.Dir); err == nil {
		if place, err := view.WalkDir(vfs.At{NoWait: true}, shownAt(fs, list, cwd)); err == nil {
			b.cwd = place
		}
	}
	return nil
}

// shorter are the bindings of list that stand above x.
func shorter(list []vfs.Binding, x vfs.Binding) (above []vfs.Binding) {
	for _, b := range list {
		if b.Path != x.Path && strings.HasPrefix(x.Path, strings.TrimSuffix(b.Path, "/")+"/") {
			above = append(above, b)
		}
	}
	return above
}

func depth(path string) int {
	if path == "/" {
		return 0
	}
	return strings.Count(path, "/")
}

// shownAt is where the directory dir of fs is in a view, "/" if it is not there.
func shownAt(fs *vfs.Namespace, list []vfs.Binding, dir string) string {
	best, shown := -1, "/"
	for _, b := range list {
		top, err := fs.Path(b.Source)
		if err != nil {
			continue
		}
		top = strings.TrimSuffix(top, "/")
		rest, below := strings.CutPrefix(dir+"/", top+"/")
		if below && len(top) > best {
			best, shown = len(top), path.Join(b.Path, rest)
		}
	}
	return shown
}
