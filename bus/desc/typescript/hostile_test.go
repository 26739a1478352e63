package typescript_test

import (
	"strings"
	"testing"

	"github.com/bushel-wasm/bushel/bus/desc"
	"github.com/bushel-wasm/bushel/bus/desc/typescript"
)

// mostText is how long the types of the worst description may become, in bytes.
const mostText = 8 << 20

// mostPiece is how long one piece of it may be.
const mostPiece = 1200 << 10

// hostile are descriptions of which little becomes much: a beginning, what is repeated, and an end.
var hostile = []hostileText{
	{"services", `{"services":[`, `{},`, `{}]}`, 4000},
	{"methods", `{"services":[{"methods":[`, `{},`, `{}]}]}`, 4000},
	{"methods of a service with a long name", `{"services":[{"name":"` + strings.Repeat("a", 200) + `","methods":[`, `{"doc":"a\nb","params":[{}],"results":[{}]},`, `{}]}]}`, 1300},
	{"types of one name", `{"services":[{"types":[`, `{"name":"A"},`, `{}]}]}`, 4000},
	{"types of one long name", `{"services":[{"types":[`, `{"name":"` + strings.Repeat("b", 100) + `"},`, `{}]}]}`, 2000},
	{"objects of a service with a long name", `{"services":[{"name":"` + strings.Repeat("a", 200) + `","objects":[`, `{"methods":[{}]},`, `{}]}]}`, 2000},
	{"callbacks of callbacks", `{"services":[{"methods":[{"params":[`, strings.Repeat(`{"kind":"callback","callback":{"results":[`, 8) + strings.Repeat(`]}}`, 8) + `,`, `{}]}]}]}`, 250},
	{"a callback of many names", `{"services":[{"methods":[{"params":[` + strings.Repeat(`{"kind":"callback","callback":{"results":[`, 7), `{"name":"` + strings.Repeat("c", 50) + `"},`, `{}` + strings.Repeat(`]}}`, 7) + `]}]}]}`, 3000},
	{"lists of lists", `{"services":[{"methods":[{"params":[`, `{"type":"` + strings.Repeat("[]", 90) + `"},`, `{}]}]}]}`, 1200},
	{"pointers", `{"services":[{"types":[{"kind":"struct","fields":[`, `{"type":"` + strings.Repeat("*", 190) + `"},`, `{}]}]}]}`, 1200},
	{"a long type", `{"services":[{"methods":[{"params":[{"type":"`, `*`, `"}]}]}]}`, 250_000},
	{"lines", `{"services":[{"doc":"`, `\n`, `"}]}`, 120_000},
}

type hostileText struct {
	name, begin, part, end string
	most                   int // how often it is repeated
}

func (h *hostileText) text(n int) string { return h.begin + strings.Repeat(h.part, n) + h.end }

// TestHostile has packages describe themselves so that little becomes much: not too much.
func TestHostile(t *testing.T) {
	for _, h := range hostile {
		t.Run(h.name, func(t *testing.T) {
			text := h.text(h.most)
			d, err := desc.Parse([]byte(text), func(int) bool { return true })
			if err != nil {
				t.Fatal(err)
			}
			all, most := 0, 0
			for piece := range typescript.Pieces(d) {
				all += len(piece)
				most = max(most, len(piece))
			}
			if all > mostText || most > mostPiece {
				t.Errorf("%d bytes become %d, %d of them in one piece", len(text), all, most)
			}
		})
	}
	for _, tt := range []struct{ name, text, want string }{
		{"too long", `{"services":[{"doc":"` + strings.Repeat("x", 256<<10) + `"}]}`, "read a description: it is longer than 256 KiB"},
		{"too many parts", `{"services":[` + strings.Repeat(`{},`, 4100) + `{}]}`, "read a description: it has more than 4096 parts"},
		{"a long name", `{"services":[{"name":"` + strings.Repeat("x", 201) + `"}]}`, "read a description: a service's name is longer than 200 bytes"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := desc.Parse([]byte(tt.text), func(int) bool { return true }); err == nil || err.Error() != tt.want {
				t.Errorf("%v, want %s", err, tt.want)
			}
		})
	}
}
