//go:build !js

package oshttp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/bushel-wasm/bushel/busimpl/remote"
)

// NetHTTP is a [Transport] on net/http, for hosts. The zero value is good.
type NetHTTP struct {
	// Transport makes each request, http.DefaultTransport if it is nil.
	Transport http.RoundTripper
}

// maxRedirects is how many redirections are followed, as in browsers.
const maxRedirects = 20

// Do implements [Transport].
func (t NetHTTP) Do(ctx context.Context, r *Request, body io.Reader, follow func(url string) error) (*Answer, error) {
	req, err := http.NewRequestWithContext(ctx, r.Method, r.URL, body)
	if err != nil {
		return nil, remote.Invalid("%v", err)
	}
	for _, h := range r.Headers {
		if strings.EqualFold(h.Name, "Host") || strings.EqualFold(h.Name, "Content-Length") {
			continue // they follow from the rest, as in a browser
		}
		req.Header.Add(h.Name, h.Value)
	}
	client := &http.Client{Transport: t.Transport, CheckRedirect: func(next *http.Request, via []*http.Request) error {
		switch {
		case r.Redirect == RedirectManual:
			return http.ErrUseLastResponse
		case r.Redirect == RedirectError:
			return errRedirect
		case len(via) > maxRedirects:
			return remote.Unreachable("the server redirects more than %d times", maxRedirects)
		}
		return follow(next.URL.String())
	}}
	res, err := client.Do(req)
	if err != nil {
		return nil, told(req.URL.Host, err)
	}
	again := res.StatusCode == http.StatusTemporaryRedirect || res.StatusCode == http.StatusPermanentRedirect
	if again && r.Redirect == RedirectFollow && req.GetBody == nil && body != nil && res.Header.Get("Location") != "" {
		res.Body.Close()
		return nil, errAgain
	}
	a := &Answer{Body: brokenOff{res.Body}, Response: Response{
		Status: res.StatusCode, URL: res.Request.URL.String(), Redirected: res.Request != req,
		StatusText: strings.TrimPrefix(res.Status, fmt.Sprint(res.StatusCode, " ")),
	}}
	for name, values := range res.Header {
		for _, value := range values {
			a.Headers = append(a.Headers, Header{strings.ToLower(name), value})
		}
	}
	slices.SortStableFunc(a.Headers, func(x, y Header) int { return strings.Compare(x.Name, y.Name) })
	return a, nil
}

// told is the error that a caller is told.
func told(host string, err error) error {
	if e := own(err); e != nil {
		return e
	}
	if e, ok := errors.AsType[*url.Error](err); ok {
		err = e.Err // it has the method and the URL, which the caller knows
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return remote.Unreachable("the server %s cannot be reached: %v", host, err)
}

// brokenOff is a body whose failures say what has failed.
type brokenOff struct{ io.ReadCloser }

func (b brokenOff) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil && err != io.EOF && !errors.Is(err, context.Canceled) {
		err = remote.Unreachable("the server broke off: %v", err)
	}
	return n, err
}
