package typescript_test

import (
	"strings"
	"testing"

	"github.com/bushel-wasm/bushel/bus/desc"
	"github.com/bushel-wasm/bushel/bus/desc/typescript"
)

func TestTypes(t *testing.T) {
	for _, tt := range []struct{ name, description, want string }{
		{"a method of which only the name is known", `{"name":"t/1","methods":[{"name":"Say"}]}`, `"t/1.Say": { args: unknown; result: unknown };`},
		{"a method of the Rust crates", `{"name":"a::api::BRequest","methods":[{"name":"a::api::BRequest"}]}`, `"a::api::BRequest": { args: unknown; result: unknown };`},
		{"a method without arguments", `{"name":"t/1","format":"cbor","methods":[{"name":"Say"}]}`, `"t/1.Say": { args: undefined; result: void };`},
		{"arguments that may be left out", `{"name":"t/1","methods":[{"name":"Say","params":[{"name":"a","type":"int","optional":true},{"name":"in","kind":"bytes"}]}]}`,
			`args: { a?: number; in?: Uint8Array | Blob | ReadableStream<Uint8Array> }`},
		{"a call without arguments", `{"name":"t/1","methods":[]}`,
			`...rest: undefined extends T1[M]["args"] ? [args?: T1[M]["args"], options?: { signal?: AbortSignal; timeout?: number }] :`},
		{"what a handler is told", `{"name":"t/1","format":"cbor","methods":[{"name":"Say"}]}`,
			`"t/1.Say"(args: undefined, context: { signal: AbortSignal; deadline: number | undefined; caller: number }): void | Promise<void>;`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d, err := desc.Parse([]byte(`{"services":[`+tt.description+`]}`), func(int) bool { return true })
			if err != nil {
				t.Fatal(err)
			}
			if got := typescript.Types(d); !strings.Contains(got, tt.want) {
				t.Errorf("%s\nhas not\n%s", got, tt.want)
			}
		})
	}
}
