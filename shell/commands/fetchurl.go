package commands

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strconv"

	"github.com/bushel-wasm/bushel/bus"
)

// fetched is the body of an answer.
type fetched struct {
	io.Reader
	close func()
}

// Close ends the request.
func (f *fetched) Close() error {
	f.close()
	return nil
}

// fetchURL gets what is at a URL by the service os.http/1, with its length, which is below
// zero if the server does not tell it.
func (c *cmd) fetchURL(ctx context.Context, url string) (body io.ReadCloser, size int64, err error) {
	conn, err := c.p.Bus(bus.Options{})
	if err != nil {
		return nil, -1, err
	}
	var args struct {
		Request struct {
			URL string `json:"url"`
		} `json:"request"`
	}
	args.Request.URL = url
	text, err := json.Marshal(&args)
	if err != nil {
		return nil, -1, err
	}
	r, err := conn.Package("os").Invoke(ctx, &bus.Request{Method: bus.MethodOf("os.http/1.Fetch"), Format: bus.FormatJSON, Body: text})
	var answer struct {
		Response struct {
			Status     int    `json:"status"`
			StatusText string `json:"status_text"`
			Headers    []struct{ Name, Value string }
		} `json:"response"`
	}
	if err == nil {
		err = json.Unmarshal(r.Body, &answer)
	}
	if err == nil && (answer.Response.Status < 200 || answer.Response.Status > 299) {
		err = fmt.Errorf("the server answers %d %s", answer.Response.Status, answer.Response.StatusText)
	}
	if err != nil {
		conn.Close(nil)
		return nil, -1, err
	}
	size = -1
	packed := false
	for _, h := range answer.Response.Headers {
		switch h.Name {
		case "content-length":
			if n, err := strconv.ParseInt(h.Value, 10, 64); err == nil {
				size = n
			}
		case "content-encoding":
			packed = true // its length is not that of the contents
		}
	}
	if packed {
		size = -1
	}
	stop := context.AfterFunc(ctx, func() { r.Session.Close() })
	return &fetched{r.Session.Stream(1), func() {
		stop()
		r.Session.Close()
		conn.Close(nil)
	}}, size, nil
}
