package main

import (
	"context"
	"fmt"
	"io"
	"net/http"

	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/shell/packages"
)

// catalogAt is the catalogue at a URL, nil if that is empty.
func catalogAt(url string) kernel.Catalog {
	if url == "" {
		return nil
	}
	return func(ctx context.Context) ([]byte, string, error) {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return nil, url, err
		}
		a, err := http.DefaultClient.Do(r)
		if err != nil {
			return nil, url, err
		}
		defer a.Body.Close()
		if a.StatusCode != http.StatusOK {
			return nil, url, fmt.Errorf("the server answers %s", a.Status)
		}
		text, err := io.ReadAll(io.LimitReader(a.Body, packages.MaxCatalog+1))
		return text, a.Request.URL.String(), err
	}
}
