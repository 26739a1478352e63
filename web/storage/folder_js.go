package storage

import (
	"context"
	"encoding/json"
	"unsafe"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/vfs/localfs"
	"github.com/bushel-wasm/bushel/web/worker"
)

// JavaScript's half is web/ts/workers/local.ts, which numbers the operations too.

//go:wasmimport bushel local_begin
//go:noescape
func jsLocalBegin(id, folder, op uint32, path unsafe.Pointer, n uint32, off, size float64, data unsafe.Pointer, m uint32)

const (
	localStat = iota
	localList
	localCreate
	localMkdir
	localRemove
	localMove
	localRead
	localWrite
	localTruncate
	localSync
	localClose
	localEnd
)

// localCalls are the operations under way.
var localCalls worker.Numbered[localCall]

// localCall is an operation. The reply goes to end, if that is not nil.
type localCall struct {
	id  uint32
	end chan localReply
}

type localReply struct {
	errno errno.Errno
	a, b  float64
	data  []byte
}

// localDone ends an operation; its data, or the reason of a failure, has just been given.
//
//go:wasmexport local_done
func localDone(id, code uint32, a, b float64, n uint32) {
	data := worker.Received(n)
	if c, _ := localCalls.Remove(id); c.end != nil {
		c.end <- localReply{errno.Errno(code), a, b, data}
	}
}

// Folder is a [localfs.Host] on a folder that JavaScript has by this number: one of the
// user's disk that was picked, in a page.
type Folder uint32

// begin begins an operation. A reply goes to end, if that is not nil.
func (f Folder) begin(op uint32, path string, off, size float64, data []byte, end chan localReply) uint32 {
	id := localCalls.Add(func(id uint32) localCall { return localCall{id, end} }).id
	text := []byte(path)
	jsLocalBegin(id, uint32(f), op, worker.Pointer(text), uint32(len(text)), off, size, worker.Pointer(data), uint32(len(data)))
	return id
}

// call performs an operation. One that is given up goes on by itself: what is written
// half is worse than what is written late.
func (f Folder) call(ctx context.Context, op uint32, path string, off, size float64, data []byte) (localReply, error) {
	if ctx == nil {
		ctx = context.Background()
	}
	end := make(chan localReply, 1)
	id := f.begin(op, path, off, size, data, end)
	select {
	case r := <-end:
		return r, r.errno.With(string(r.why()))
	case <-ctx.Done():
		localCalls.Remove(id)
		return localReply{}, ctx.Err()
	}
}

// why is the reason of a failure.
func (r *localReply) why() []byte {
	if r.errno != 0 {
		return r.data
	}
	return nil
}

func (f Folder) do(ctx context.Context, op uint32, path string, off float64, data []byte) error {
	_, err := f.call(ctx, op, path, off, 0, data)
	return err
}

// Stat implements localfs.Host.
func (f Folder) Stat(ctx context.Context, path string) (localfs.Info, error) {
	r, err := f.call(ctx, localStat, path, 0, 0, nil)
	if err != nil || r.a < 0 {
		return localfs.Info{Dir: true}, err
	}
	return localfs.Info{Size: uint64(r.a), Mtime: int64(r.b) * 1e6}, nil
}

// List implements localfs.Host.
func (f Folder) List(ctx context.Context, path string) (list []localfs.Entry, err error) {
	r, err := f.call(ctx, localList, path, 0, 0, nil)
	if err == nil {
		err = json.Unmarshal(r.data, &list)
	}
	return list, err
}

// Create implements localfs.Host.
func (f Folder) Create(ctx context.Context, path string) error {
	return f.do(ctx, localCreate, path, 0, nil)
}

// Mkdir implements localfs.Host.
func (f Folder) Mkdir(ctx context.Context, path string) error {
	return f.do(ctx, localMkdir, path, 0, nil)
}

// Remove implements localfs.Host.
func (f Folder) Remove(ctx context.Context, path string) error {
	return f.do(ctx, localRemove, path, 0, nil)
}

// Move implements localfs.Host.
func (f Folder) Move(ctx context.Context, from, to string) error {
	return f.do(ctx, localMove, from, 0, []byte(to))
}

// Read implements localfs.Host.
func (f Folder) Read(ctx context.Context, path string, p []byte, off int64) (int, error) {
	r, err := f.call(ctx, localRead, path, float64(off), float64(len(p)), nil)
	return copy(p, r.data), err
}

// Write implements localfs.Host.
func (f Folder) Write(ctx context.Context, path string, p []byte, off int64) error {
	return f.do(ctx, localWrite, path, float64(off), p)
}

// Truncate implements localfs.Host.
func (f Folder) Truncate(ctx context.Context, path string, size int64) error {
	return f.do(ctx, localTruncate, path, float64(size), nil)
}

// Sync implements localfs.Host.
func (f Folder) Sync(ctx context.Context, path string) error {
	return f.do(ctx, localSync, path, 0, nil)
}

// Close implements localfs.Host.
func (f Folder) Close(path string) { f.begin(localClose, path, 0, 0, nil, nil) }

// End implements localfs.Host.
func (f Folder) End() { f.begin(localEnd, "", 0, 0, nil, nil) }
