package mounts

import (
	"context"
	"net/url"
	"strconv"
	"strings"

	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/grant"
	"github.com/bushel-wasm/bushel/kernel/vfs"
	"github.com/bushel-wasm/bushel/kernel/vfs/httpfs"
	"github.com/bushel-wasm/bushel/kernel/vfs/tarfs"
	"github.com/bushel-wasm/bushel/kernel/vfs/zipfs"
)

// Options are what only the entry points have.
type Options struct {
	// Get fetches for the type http, which is not there without it.
	Get httpfs.Getter
}

// Register makes the types known to k.
func Register(k *kernel.Kernel, o Options) {
	if o.Get != nil {
		k.AddFSType("http", func(ctx context.Context, m *kernel.Mount) (vfs.FS, error) { return openHTTP(ctx, m, o.Get) })
	}
	k.AddFSType("tar", func(ctx context.Context, m *kernel.Mount) (vfs.FS, error) {
		place, file, err := m.File(m.Source)
		if err != nil {
			return nil, err
		}
		max, err := sizeOption(m, "max")
		if err != nil {
			return nil, err
		}
		return fsOr(tarfs.New(ctx, file, tarfs.Options{Waits: place.MayWait(), Max: int64(max), Yield: k.Yield}))
	})
	k.AddFSType("zip", func(ctx context.Context, m *kernel.Mount) (vfs.FS, error) {
		_, file, err := m.File(m.Source)
		if err != nil {
			return nil, err
		}
		max, err := sizeOption(m, "max")
		if err != nil {
			return nil, err
		}
		return fsOr(zipfs.New(ctx, file, zipfs.Options{Max: max, Yield: k.Yield}))
	})
	k.AddFSType("overlay", openOverlay)
}

func openHTTP(ctx context.Context, m *kernel.Mount, get httpfs.Getter) (vfs.FS, error) {
	var ho httpfs.Options
	cache, err := sizeOption(m, "cache")
	if err != nil {
		return nil, err
	}
	ho.Cache = int64(cache)
	ho.Index, _ = m.Option("index")
	host, err := hostOf(m.Source)
	if err == nil && host != "" {
		err = m.Process.MayUse(ctx, grant.Mount, host)
	}
	if err != nil {
		return nil, err
	}
	return fsOr(httpfs.New(ctx, get, m.Source, ho))
}

// hostOf is the host that a URL names, empty for the page's own. What a browser would read
// in another way than this does is refused, or else grants could be passed by.
func hostOf(source string) (string, error) {
	u, err := url.Parse(source)
	switch {
	case err != nil, strings.ContainsFunc(source, func(r rune) bool { return r <= ' ' || r == '\\' }):
	case u.Host != "":
		return u.Host, nil
	case u.Scheme == "" && !strings.HasPrefix(source, "//"):
		return "", nil
	}
	return "", errno.Faultf(errno.EINVAL, "%q is no URL", source)
}

// fsOr keeps a nil pointer from becoming a file system.
func fsOr[F vfs.FS](f F, err error) (vfs.FS, error) {
	if err != nil {
		return nil, err
	}
	return f, nil
}

// sizeOption is the number of bytes that the option name gives, 0 if it is not there.
func sizeOption(m *kernel.Mount, name string) (uint64, error) {
	text, ok := m.Option(name)
	if !ok {
		return 0, nil
	}
	n, err := strconv.ParseUint(text, 10, 62)
	if err != nil || n == 0 {
		return 0, errno.Faultf(errno.EINVAL, "%s=%s is no number of bytes", name, text)
	}
	return n, nil
}
