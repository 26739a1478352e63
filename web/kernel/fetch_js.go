package main

import (
	"context"
	"errors"
	"sync"
	"unsafe"

	"github.com/bushel-wasm/bushel/kernel/vfs/httpfs"
	"github.com/bushel-wasm/bushel/web/worker"
)

// JavaScript's half is web/ts/workers/fetcher.ts.

// jsFetchBegin begins a request. to below zero asks for no range.
//
//go:wasmimport bushel fetch_begin
//go:noescape
func jsFetchBegin(id uint32, url unsafe.Pointer, n uint32, from, to, limit float64)

//go:wasmimport bushel fetch_abort
func jsFetchAbort(id uint32)

// fetcher is a httpfs.Getter on the page's fetch.
type fetcher struct{}

// fetching are the requests under way.
var fetching struct {
	sync.Mutex
	last uint32
	all  map[uint32]chan fetched
}

// fetched is the end of a request; status 0 is a failure that body tells.
type fetched struct {
	status int
	total  int64
	body   []byte
}

// Statuses of fetchDone that are none of HTTP's.
const (
	fetchFailed = 0
	fetchLimit  = 1
)

// Get implements httpfs.Getter.
func (fetcher) Get(ctx context.Context, r httpfs.Request) (*httpfs.Response, error) {
	end := make(chan fetched, 1)
	fetching.Lock()
	if fetching.all == nil {
		fetching.all = map[uint32]chan fetched{}
	}
	fetching.last++
	id := fetching.last
	fetching.all[id] = end
	fetching.Unlock()
	url := []byte(r.URL)
	jsFetchBegin(id, worker.Pointer(url), uint32(len(url)), float64(r.From), float64(r.To), float64(r.Limit))
	select {
	case f := <-end:
		switch f.status {
		case fetchFailed:
			return nil, errors.New(string(f.body))
		case fetchLimit:
			return nil, httpfs.ErrLimit
		}
		return &httpfs.Response{Status: f.status, Total: f.total, Body: f.body}, nil
	case <-ctx.Done():
		fetching.Lock()
		delete(fetching.all, id)
		fetching.Unlock()
		jsFetchAbort(id)
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			return nil, errors.New("the server did not answer in time")
		}
		return nil, ctx.Err()
	}
}

// fetchDone ends a request; what it got, or why it failed, has just been given.
//
//go:wasmexport fetch_done
func fetchDone(id, status uint32, total float64, n uint32) {
	body := worker.Received(n)
	fetching.Lock()
	end := fetching.all[id]
	delete(fetching.all, id)
	fetching.Unlock()
	if end != nil {
		end <- fetched{int(status), int64(total), body}
	}
}
