package kernel

import (
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/grant"
	"github.com/bushel-wasm/bushel/kernel/vfs"
)

// A module may have a file beside it that declares what its program may use at most: the rules
// of package grant, in JSON. It holds for whoever runs the module by the name that stands beside
// it, or by a symbolic link to that.

const (
	// GrantsSuffix is what the name of that file has behind the module's.
	GrantsSuffix = ".grants"
	// maxGrants is the longest such file, in bytes.
	maxGrants = 64 << 10
)

// beside is what is declared for the module at place, which was found in the tree fs as at says;
// nil if nothing is. A declaration that cannot be read lets nothing run: EACCES with a sentence.
func (g *Grants) beside(fs *vfs.Namespace, at vfs.At, place vfs.Place) (*narrowing, error) {
	module, err := fs.Path(place)
	if err != nil {
		return nil, nil // it was removed meanwhile, and what stood beside it has no name
	}
	file := module + GrantsSuffix
	found, err := fs.Walk(at, file)
	if e := errno.Of(err); e == errno.ENOENT || e == errno.ENAMETOOLONG {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	f, ok := found.For(at.Context).Node().(vfs.File)
	if !ok {
		return nil, errno.Faultf(errno.EACCES, "%s is no file of grants", file)
	}
	text := make([]byte, maxGrants)
	n, err := f.ReadAt(text, 0)
	if err != nil && err != io.EOF {
		return nil, err
	}
	rules, err := grant.Parse(text[:n])
	if err == nil && n == maxGrants {
		err = fmt.Errorf("they are too long")
	}
	if err != nil {
		return nil, errno.Faultf(errno.EACCES, "the grants in %s make no sense: %s", file, err)
	}
	return &narrowing{pkg: strings.TrimSuffix(path.Base(module), ".wasm"), where: file, rules: rules}, nil
}

// within reports whether n holds no less than outer, which may be nil, does.
func (n *narrowing) within(outer *narrowing) bool {
	for ; n != nil; n = n.outer {
		if n.outer == outer {
			return true
		}
	}
	return false
}
