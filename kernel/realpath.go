package kernel

import (
	"context"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// RealPath is the path of what path names for the process, from the root of the tree that
// it sees and without a link in it. It may wait, until ctx is done.
func (p *Process) RealPath(ctx context.Context, path string) (string, error) {
	k := p.k
	k.lock()
	if p.dead {
		k.unlock()
		return "", errno.ESRCH
	}
	if p.acts != nil {
		p.follow()
	}
	at, _, _ := p.at(sys.AtCwd, 0) // which is always there
	fs := p.fs
	k.unlock()
	at.Context = ctx
	place, err := fs.Walk(at, path)
	if err != nil {
		return "", err
	}
	return fs.Path(place)
}
