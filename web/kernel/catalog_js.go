package main

import (
	"context"
	"fmt"
	"io"

	"github.com/bushel-wasm/bushel/busimpl/oshttp"
	"github.com/bushel-wasm/bushel/shell/packages"
)

// catalog is a kernel.Catalog: that of the site, which is beside the page's own files.
func catalog(ctx context.Context) ([]byte, string, error) {
	a, err := fetcher{}.Do(ctx, &oshttp.Request{Method: "GET", URL: "catalog.json", Redirect: oshttp.RedirectFollow}, nil, nil)
	if err != nil {
		return nil, "", err
	}
	defer a.Body.Close()
	if a.Status != 200 {
		return nil, a.URL, fmt.Errorf("the server answers %d %s", a.Status, a.StatusText)
	}
	text, err := io.ReadAll(io.LimitReader(a.Body, packages.MaxCatalog+1))
	return text, a.URL, err
}
