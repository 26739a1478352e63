package main

import (
	"reflect"
	"testing"

	"github.com/bushel-wasm/bushel/web/site"
)

func TestParseServe(t *testing.T) {
	addr := site.DefaultAddr()
	for _, tt := range []struct {
		name string
		args []string
		want *serving // nil: it makes no sense
	}{
		{name: "nothing", want: &serving{addr: addr, dir: "dist"}},
		{name: "a folder", args: []string{"-addr", "localhost:1", "site"}, want: &serving{addr: "localhost:1", dir: "site"}},
		{
			name: "a bus", args: []string{"--bus", "--module", "a=a.wasm", "--module=b=c=d.wasm", "--token=x", "--origin", "example.org"},
			want: &serving{
				addr: addr, dir: "dist", bus: true, token: "x", origins: []string{"example.org"},
				modules: []served{{"a", "a.wasm"}, {"b", "c=d.wasm"}},
			},
		},
		{name: "two folders", args: []string{"a", "b"}},
		{name: "an unknown flag", args: []string{"--port", "1"}},
		{name: "no value", args: []string{"--bus", "--token"}},
		{name: "an empty token", args: []string{"--bus", "--token="}},
		{name: "a module without a file", args: []string{"--bus", "--module", "a"}},
		{name: "a module with a link's name", args: []string{"--bus", "--module", "a:b=c"}},
		{name: "a token without a bus", args: []string{"--token", "x"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := parseServe(tt.args)
			if tt.want == nil && err == nil || tt.want != nil && !reflect.DeepEqual(got, tt.want) {
				t.Errorf("%+v, %v", got, err)
			}
		})
	}
}
