package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/bushel-wasm/bushel/busimpl/oshttp"
	"github.com/bushel-wasm/bushel/kernel/vfs/httpfs"
)

// fetcher makes requests by the page's fetch: a httpfs.Getter, and by its method Do an
// oshttp.Transport.
type fetcher struct{}

// Get implements httpfs.Getter. URLs may be relative to where the site is.
func (fetcher) Get(ctx context.Context, r httpfs.Request) (*httpfs.Response, error) {
	// The kernel keeps what it gets, and a browser's cache gives no parts of what it has in
	// ranges.
	head := &requestHead{URL: r.URL, Method: "GET", Redirect: oshttp.RedirectFollow, Cache: "no-cache"}
	if r.To >= 0 {
		head.Headers = [][2]string{{"Range", fmt.Sprintf("bytes=%d-%d", r.From, r.To)}}
		head.Cache = "no-store"
	}
	x, err := begin(ctx, head, nil, nil)
	if err != nil {
		return nil, err
	}
	defer x.Close()
	res, err := x.answered()
	if err != nil {
		return nil, inTime(err)
	}
	out := &httpfs.Response{Status: res.Status, Total: -1}
	for _, h := range res.Headers {
		if h.Name != "content-range" {
			continue
		}
		if _, total, ok := strings.Cut(h.Value, "/"); ok {
			if n, err := strconv.ParseInt(total, 10, 64); err == nil {
				out.Total = n
			}
		}
	}
	if res.Status != 200 && res.Status != 206 {
		return out, nil
	}
	if out.Body, err = io.ReadAll(io.LimitReader(x, r.Limit+1)); err != nil {
		return nil, inTime(err)
	}
	if int64(len(out.Body)) > r.Limit {
		return nil, httpfs.ErrLimit
	}
	return out, nil
}

func inTime(err error) error {
	if errors.Is(err, context.DeadlineExceeded) {
		return errors.New("the server did not answer in time")
	}
	return err
}

// Do implements oshttp.Transport. The browser follows redirections by itself.
func (fetcher) Do(ctx context.Context, r *oshttp.Request, body io.Reader, _ func(string) error) (*oshttp.Answer, error) {
	head := &requestHead{URL: r.URL, Method: r.Method, Redirect: r.Redirect, Cache: "no-cache"}
	for _, h := range r.Headers {
		head.Headers = append(head.Headers, [2]string{h.Name, h.Value})
	}
	if !r.Stream {
		body = nil
	}
	x, err := begin(ctx, head, r.Content, body)
	if err != nil {
		return nil, err
	}
	res, err := x.answered()
	if err != nil {
		return nil, err
	}
	return &oshttp.Answer{Response: *res, Body: x}, nil
}
