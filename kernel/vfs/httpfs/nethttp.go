//go:build !js

package httpfs

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// NetHTTP is a [Getter] on net/http, for hosts: a page has fetch, and no room for
// net/http. The zero value is good.
type NetHTTP struct {
	// Client makes the requests, http.DefaultClient if it is nil.
	Client *http.Client
}

// Get implements [Getter].
func (g NetHTTP) Get(ctx context.Context, r Request) (*Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.URL, nil)
	if err == nil && req.URL.Scheme != "http" && req.URL.Scheme != "https" {
		err = errors.New("its URL is of neither http nor https")
	}
	if err != nil {
		return nil, plain(err)
	}
	if r.To >= 0 {
		req.Header.Set("Range", fmt.Sprintf("bytes=%d-%d", r.From, r.To))
	}
	client := g.Client
	if client == nil {
		client = http.DefaultClient
	}
	res, err := client.Do(req)
	if err != nil {
		return nil, plain(err)
	}
	defer res.Body.Close()
	out := &Response{Status: res.StatusCode, Total: -1}
	if _, total, ok := strings.Cut(res.Header.Get("Content-Range"), "/"); ok {
		if n, err := strconv.ParseInt(total, 10, 64); err == nil {
			out.Total = n
		}
	}
	if res.StatusCode != http.StatusOK && res.StatusCode != http.StatusPartialContent {
		return out, nil
	}
	out.Body, err = io.ReadAll(io.LimitReader(res.Body, r.Limit+1))
	if err != nil {
		return nil, fmt.Errorf("the server broke off: %w", plain(err))
	}
	if int64(len(out.Body)) > r.Limit {
		return nil, ErrLimit
	}
	return out, nil
}

// plain is err without the method and the URL, which its reader knows.
func plain(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		return e.Err
	}
	return err
}
