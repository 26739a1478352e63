package shell

import (
	"slices"
	"strings"

	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/shell/paced"
)

// glob appends the file names that a field matches as a pattern, or its text.
func (sh *shell) glob(list []string, field []piece) ([]string, error) {
	if sh.opt.noglob || !sh.hasMeta(field) {
		return paced.Append(list, text(field), sh.work), nil
	}
	matches := sh.globPath(field)
	if len(matches) > 0 {
		return append(list, matches...), nil
	}
	switch {
	case sh.shopt["failglob"]:
		return nil, &arithError{"no match: " + text(field)}
	case sh.shopt["nullglob"]:
		return list, nil
	}
	return append(list, text(field)), nil
}

// hasMeta reports whether pieces are a pattern.
func (sh *shell) hasMeta(field []piece) bool {
	for _, p := range field {
		if p.quoted {
			continue
		}
		if sh.indexAny(p.s, "*?[") >= 0 {
			return true
		}
		if i := strings.IndexByte(p.s, '('); i > 0 && sh.shopt["extglob"] && strings.IndexByte("@!+", p.s[i-1]) >= 0 {
			return true
		}
	}
	return false
}

// segments splits a field at its slashes.
func segments(field []piece) [][]piece {
	segs := [][]piece{nil}
	for _, p := range field {
		for i, s := range strings.Split(p.s, "/") {
			if i > 0 {
				segs = append(segs, nil)
			}
			if s != "" {
				segs[len(segs)-1] = append(segs[len(segs)-1], piece{s, p.quoted})
			}
		}
	}
	return segs
}

// globPath walks the tree along the segments of a pattern.
func (sh *shell) globPath(field []piece) []string {
	segs := segments(field)
	found := []string{""}
	if len(segs[0]) == 0 {
		found[0] = "/"
		segs = segs[1:]
	}
	checked := true // found is known to exist
	for i, seg := range segs {
		last := i == len(segs)-1
		if len(seg) == 0 { // a slash at the end, or two
			if last {
				found = sh.directories(found)
				checked = true
			}
			continue
		}
		if !sh.hasMeta(seg) {
			name := text(seg)
			for k := range found {
				found[k] += name
				if !last {
					found[k] += "/"
				}
			}
			checked = false
			continue
		}
		found = sh.globSegment(found, seg, last)
		checked = true
		if len(found) == 0 {
			return nil
		}
	}
	if !checked {
		found = slices.DeleteFunc(found, func(path string) bool {
			_, err := sh.f.Lstat(path)
			return err != nil
		})
	}
	sh.sortStrings(found)
	return slices.Compact(found)
}

// directories keeps those of paths that are directories.
func (sh *shell) directories(paths []string) []string {
	return slices.DeleteFunc(paths, func(path string) bool {
		st, err := sh.f.Stat(path)
		return err != nil || st.Type != sys.TypeDirectory
	})
}

// globSegment extends each of dirs by the names that match one segment.
func (sh *shell) globSegment(dirs []string, seg []piece, last bool) []string {
	pat := sh.globText(seg)
	if pat == "**" && sh.shopt["globstar"] {
		var out []string
		for _, dir := range dirs {
			out = sh.tree(out, dir, last, 0)
		}
		return out
	}
	m := sh.patterns.compile(pat, sh.shopt["nocaseglob"])
	hidden := sh.shopt["dotglob"] || strings.HasPrefix(seg[0].s, ".")
	var out []string
	for _, dir := range dirs {
		for _, e := range sh.list(dir) {
			sh.work(64)
			if e.Name[0] == '.' && !hidden || !m.match(e.Name) {
				continue
			}
			path := dir + e.Name
			if !last {
				if !sh.isDir(path, e) {
					continue
				}
				path += "/"
			}
			out = append(out, path)
		}
	}
	return out
}

// maxTree bounds how deep ** goes.
const maxTree = 256

// tree appends dir and all below it for **.
func (sh *shell) tree(out []string, dir string, last bool, depth int) []string {
	if !last || dir != "" {
		out = append(out, dir)
	}
	if depth > maxTree {
		return out
	}
	for _, e := range sh.list(dir) {
		sh.work(64)
		if e.Name[0] == '.' && !sh.shopt["dotglob"] {
			continue
		}
		if e.Type == sys.TypeDirectory {
			if last {
				out = append(out, dir+e.Name)
				out = append(out, sh.tree(nil, dir+e.Name+"/", last, depth+1)[1:]...)
				continue
			}
			out = sh.tree(out, dir+e.Name+"/", last, depth+1)
		} else if last {
			out = append(out, dir+e.Name)
		}
	}
	return out
}

func (sh *shell) list(dir string) []sys.DirEntry {
	if dir == "" {
		dir = "."
	}
	entries, err := sh.f.ReadDir(dir)
	if err != nil {
		return nil
	}
	return entries
}

func (sh *shell) isDir(path string, e sys.DirEntry) bool {
	if e.Type == sys.TypeSymlink || e.Type == sys.TypeUnknown {
		st, err := sh.f.Stat(path)
		return err == nil && st.Type == sys.TypeDirectory
	}
	return e.Type == sys.TypeDirectory
}
