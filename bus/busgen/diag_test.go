package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// diagnosed are contracts that cannot be, each within an interface S that is a service or
// with declarations of its own, and what is told of them: line and column count from the
// first line of the text.
var diagnosed = []struct {
	name string
	code string
	want []string
}{
	{"no context", "//bus:service t/1\ntype S interface {\n\tA(n int) error\n}", []string{
		"3:2: the first parameter of S.A is not a context.Context"}},
	{"no error", "//bus:service t/1\ntype S interface {\n\tA(ctx context.Context) int\n}", []string{
		"3:2: the last result of S.A is not an error"}},
	{"nothing", "//bus:service t/1\ntype S interface {\n\tA()\n}", []string{
		"3:2: the first parameter of S.A is not a context.Context", "3:2: the last result of S.A is not an error"}},
	{"an error too many", methodS("A(ctx context.Context, e error) error"), []string{
		"3:25: the parameter e of S.A cannot travel: an error travels as the last result alone"}},
	{"a context too many", methodS("A(ctx, other context.Context) error"), []string{
		"3:9: the parameter other of S.A cannot travel: a context.Context is the first parameter alone"}},
	{"a channel", methodS("A(ctx context.Context, c chan int) error"), []string{
		"3:25: the parameter c of S.A cannot travel: a channel ends at its program: use an iter.Seq2 whose second type is error"}},
	{"a channel within", methodS("A(ctx context.Context, c map[string][]*chan int) error"), []string{
		"3:25: the parameter c of S.A cannot travel: a channel ends at its program: use an iter.Seq2 whose second type is error"}},
	{"a function as result", methodS("A(ctx context.Context) (func(), error)"), []string{
		"3:26: the result of S.A is a function: return an object with a method"}},
	{"a function within", methodS("A(ctx context.Context, f []func()) error"), []string{
		"3:25: the parameter f of S.A cannot travel: a function travels as a parameter of its own, as a callback"}},
	{"a callback without context", methodS("A(ctx context.Context, f func(n int) error) error"), []string{
		"3:25: the first parameter of S.A.f is not a context.Context"}},
	{"a callback without error", methodS("A(ctx context.Context, f func(ctx context.Context)) error"), []string{
		"3:25: the last result of S.A.f is not an error"}},
	{"a callback with a channel", methodS("A(ctx context.Context, f func(ctx context.Context, c chan int) error) error"), []string{
		"3:53: the parameter c of S.A.f cannot travel: a channel ends at its program: use an iter.Seq2 whose second type is error"}},
	{"any", methodS("A(ctx context.Context, v any) error"), []string{
		"3:25: the parameter v of S.A cannot travel: what an any holds is not known beforehand"}},
	{"an interface without a mark", methodS("A(ctx context.Context, o O) error") + "\ntype O interface{ Close() error }", []string{
		"3:25: the parameter o of S.A cannot travel: the interface O is not marked //bus:object in this package"}},
	{"an interface without a name", methodS("A(ctx context.Context, o interface{ Close() error }) error"), []string{
		"3:25: the parameter o of S.A cannot travel: an interface travels if it has a name and is marked //bus:object"}},
	{"a writer", methodS("A(ctx context.Context, w io.Writer) error"), []string{
		"3:25: the parameter w of S.A cannot travel: who writes gives an io.Reader, who reads takes one"}},
	{"a reader within", methodS("A(ctx context.Context, r []io.Reader) error"), []string{
		"3:25: the parameter r of S.A cannot travel: a stream of bytes travels as a parameter or result of its own"}},
	{"a sequence without errors", methodS("A(ctx context.Context) (iter.Seq[int], error)"), []string{
		"3:26: the result of S.A cannot travel: a stream of items is an iter.Seq2 whose second type is error, as a parameter or result of its own"}},
	{"a sequence of pairs", methodS("A(ctx context.Context) (iter.Seq2[int, string], error)"), []string{
		"3:26: the result of S.A cannot travel: a stream of items is an iter.Seq2 whose second type is error, as a parameter or result of its own"}},
	{"items that cannot travel", methodS("A(ctx context.Context) (iter.Seq2[chan int, error], error)"), []string{
		"3:26: an item of the result of S.A cannot travel: a channel ends at its program: use an iter.Seq2 whose second type is error"}},
	{"a complex number", methodS("A(ctx context.Context, c complex128) error"), []string{
		"3:25: the parameter c of S.A cannot travel: a complex128 has no form in CBOR and JSON"}},
	{"an address", methodS("A(ctx context.Context, c uintptr) error"), []string{
		"3:25: the parameter c of S.A cannot travel: a uintptr has no form in CBOR and JSON"}},
	{"keys", methodS("A(ctx context.Context, m map[float64]int) error"), []string{
		"3:25: the parameter m of S.A cannot travel: the keys of a map are texts or integers, not float64"}},
	{"pointers to pointers", methodS("A(ctx context.Context, p **int) error"), []string{
		"3:25: the parameter p of S.A cannot travel: a pointer to a pointer has no form of its own"}},
	{"a pointer to itself", methodS("A(ctx context.Context, p P) error") + "\ntype P *P", []string{
		"3:25: the parameter p of S.A cannot travel: a pointer to a pointer has no form of its own"}},
	{"a struct without a name", methodS("A(ctx context.Context, p struct{ X int }) error"), []string{
		"3:25: the parameter p of S.A cannot travel: a struct without a name cannot be described: declare a type"}},
	{"no exported fields", methodS("A(ctx context.Context, p P) error") + "\ntype P struct{ x int }", []string{
		"5:6: the parameter p of S.A cannot travel: no field of P is exported"}},
	{"no exported fields elsewhere", methodS("A(ctx context.Context, p *io.PipeReader) error"), []string{
		"3:25: the parameter p of S.A cannot travel: no field of io.PipeReader is exported"}},
	{"a field", methodS("A(ctx context.Context, p []P) error") + "\ntype P struct {\n\tX int\n\tY func()\n}", []string{
		"7:2: the parameter p of S.A cannot travel: the field Y of P: a function travels as a parameter of its own, as a callback"}},
	{"a field deep below", methodS("A(ctx context.Context, p P) error") + "\ntype P struct { Next *P; Q Q }\ntype Q struct { C chan P }", []string{
		"6:17: the parameter p of S.A cannot travel: the field Q of P: the field C of Q: a channel ends at its program: use an iter.Seq2 whose second type is error"}},
	{"an embedded field", methodS("A(ctx context.Context, p P) error") + "\ntype P struct { Q }\ntype Q struct { C chan P }", []string{
		"6:17: the parameter p of S.A cannot travel: the field C of P: a channel ends at its program: use an iter.Seq2 whose second type is error"}},
	{"two fields of a name", methodS("A(ctx context.Context, p P) error") + "\ntype P struct { A int; B int `json:\"a\"` }", []string{
		"5:24: the parameter p of S.A cannot travel: two fields of P travel as a, in any case"}},
	{"two tags", methodS("A(ctx context.Context, p P) error") + "\ntype P struct { A int `json:\"a\" cbor:\"b\"` }", []string{
		"5:17: the parameter p of S.A cannot travel: the field A of P: its tags call it \"b\" in CBOR and \"a\" in JSON"}},
	{"a tag of CBOR's", methodS("A(ctx context.Context, p P) error") + "\ntype P struct { A int `cbor:\"1,keyasint\"` }", []string{
		"5:17: the parameter p of S.A cannot travel: the field A of P: the option keyasint of its tag is CBOR's alone"}},
	{"a tag of JSON's", methodS("A(ctx context.Context, p P) error") + "\ntype P struct { A int `json:\",string\"` }", []string{
		"5:17: the parameter p of S.A cannot travel: the field A of P: the option string of its tag is JSON's alone"}},
	{"a form of its own", methodS("A(ctx context.Context, p P) error") + "\ntype P struct { A int }\nfunc (*P) MarshalJSON() ([]byte, error) { return nil, nil }", []string{
		"3:25: the parameter p of S.A cannot travel: P has a form of its own, by its method MarshalJSON, which other programs do not know"}},
	{"a form of a package's", methodS("A(ctx context.Context, p url.URL) error"), []string{
		"3:25: the parameter p of S.A cannot travel: url.URL has a form of its own, by its method MarshalBinary, which other programs do not know"}},
	{"generic values", methodS("A(ctx context.Context, p P[int]) error") + "\ntype P[T any] struct { A T }", []string{
		"3:25: the parameter p of S.A cannot travel: P[int] is generic, which a description cannot say: declare a type"}},
	{"a generic service", "//bus:service t/1\ntype S[T any] interface {\n\tA(ctx context.Context, t T) error\n}", []string{
		"2:7: S has type parameters, which a contract cannot have: what travels is known beforehand"}},
	{"a constraint", "//bus:service t/1\ntype S interface {\n\t~int\n}", []string{"2:6: S is a constraint, not a set of methods"}},
	{"an alias", "//bus:service t/1\ntype S = interface {\n\tA(ctx context.Context) error\n}", []string{
		"2:6: S is an alias: the mark stands before the interface itself"}},
	{"any number of arguments", methodS("A(ctx context.Context, n ...int) error"), []string{
		"3:2: S.A takes any number of arguments: take a slice"}},
	{"a method twice", "//bus:service t/1\ntype S interface {\n\tA(ctx context.Context) error\n\tA(ctx context.Context, n int) error\n}", []string{
		"4:2: duplicate method A"}},
	{"names by case", "//bus:service t/1\ntype S interface {\n\tUrl(ctx context.Context) error\n\tURL(ctx context.Context) error\n}", []string{
		"4:2: the methods Url and URL of S differ in case alone, which calls by short names do not tell"}},
	{"parameters by case", methodS("A(ctx context.Context, n, N int) error"), []string{
		"3:28: S.A has two parameters called N, in any case"}},
	{"not exported", methodS("a(ctx context.Context) error"), []string{
		"3:2: the method a of S is not exported, so no other program can call it"}},
	{"no names of parameters", methodS("A(context.Context, int, string) error"), []string{
		"3:21: parameter 2 of S.A has no name, by which it would travel", "3:26: parameter 3 of S.A has no name, by which it would travel"}},
	{"no names of results", methodS("A(ctx context.Context) (int, string, error)"), []string{
		"3:26: the results of S.A have no names, by which they would travel", "3:31: the results of S.A have no names, by which they would travel"}},
	{"a type that is not there", methodS("A(ctx context.Context, n Nothing) error"), []string{
		"3:25: the parameter n of S.A cannot travel: its type is not known here (undefined: Nothing)"}},
	{"no methods", "//bus:service t/1\ntype S interface{}", []string{"2:6: the service S has no methods"}},
	{"no service", "type S interface{}", []string{"-: no interface of package p is marked //bus:service NAME/MAJOR"}},
	{"no name", "//bus:service\ntype S interface {\n\tA(ctx context.Context) error\n}", []string{
		"1:1: //bus:service needs the service's name and major version, such as greeter/1"}},
	{"no version", "//bus:service t\ntype S interface {\n\tA(ctx context.Context) error\n}", []string{
		`1:1: "t" is no name of a service: it is NAME/MAJOR, such as greeter/1`}},
	{"a bad version", "//bus:service t/1.2\ntype S interface {\n\tA(ctx context.Context) error\n}", []string{
		`1:1: "t/1.2" is no name of a service: it is NAME/MAJOR, such as greeter/1`}},
	{"two of a name", methodS("A(ctx context.Context) error") + "\n//bus:service t/1\ntype T interface {\n\tA(ctx context.Context) error\n}", []string{
		"6:6: two interfaces are the service t/1"}},
	{"both", "//bus:service t/1\n//bus:object\ntype S interface {\n\tA(ctx context.Context) error\n\tClose() error\n}", []string{
		"1:1: S is either a service or an object, not both"}},
	{"an unknown mark", methodS("A(ctx context.Context) error") + "\n//bus:sevrice t/2\ntype T interface{}", []string{
		"5:1: there is no mark //bus:sevrice: there are service, object and notify"}},
	{"a mark before a struct", methodS("A(ctx context.Context) error") + "\n//bus:object\ntype T struct{}", []string{
		"5:1: //bus:object stands before an interface, which T is not"}},
	{"a mark before nothing", methodS("A(ctx context.Context) error") + "\n//bus:object\n\ntype T interface{}", []string{
		"5:1: //bus:object marks nothing: it stands right before an interface or a method"}},
	{"a mark before a method", methodS("//bus:object\n\tA(ctx context.Context) error"), []string{
		"3:2: //bus:object stands before an interface, not before a method"}},
	{"a notification of a type", methodS("A(ctx context.Context) error") + "\n//bus:notify\ntype T interface{}", []string{
		"5:1: //bus:notify stands before a method of an interface"}},
	{"a notification with results", methodS("//bus:notify\n\tA(ctx context.Context) (n int, err error)"), []string{
		"3:2: S.A is a notification, which has no answer, but it has results"}},
	{"a notification with a callback", methodS("//bus:notify\n\tA(ctx context.Context, f func(ctx context.Context) error) error"), []string{
		"3:2: S.A is a notification, which cannot be called back and has no streams"}},
	{"an object without Close", methodS("A(ctx context.Context) (O, error)") + "\n//bus:object\ntype O interface {\n\tB(ctx context.Context) error\n}", []string{
		"6:6: the object O needs a method Close() error, by which its holder gives it back"}},
	{"an object that closes otherwise", methodS("A(ctx context.Context) (O, error)") + "\n//bus:object\ntype O interface {\n\tClose(ctx context.Context) error\n}", []string{
		"6:6: the object O needs a method Close() error, by which its holder gives it back"}},
	{"an object within", objectO("A(ctx context.Context, o []O) error"), []string{
		"3:25: the parameter o of S.A cannot travel: the object O travels as a parameter or result of its own, not within a value"}},
	{"two objects", objectO("A(ctx context.Context) (a, b O, err error)"), []string{
		"3:29: S.A returns two objects, but a call stays open as one: return an object that has both"}},
	{"two objects of a type", objectO("A(ctx context.Context, a, b O) error"), []string{
		"3:28: S.A takes two objects O, which the callee could not tell apart"}},
	{"a method as an object", objectO("A(ctx context.Context) (O, error)\n\tO(ctx context.Context, Close func(ctx context.Context) error, B func(ctx context.Context) error) error"), []string{
		"9:2: the name t/1.O.B is that of another method, in line 4"}},
	{"the name of a client's method", objectO("A(ctx context.Context) (O, error)\n\tBusSession(ctx context.Context) error"), []string{
		"4:2: the name BusSession is that of a method of generated clients"}},
	{"one generated name for two", objectO("A(ctx context.Context) (O, error)\n\tOB(ctx context.Context) error"), []string{
		"9:2: sOBMethod would be generated here and elsewhere: give this another name"}},
	{"a generated name", methodS("A(ctx context.Context) error") + "\ntype sClient int", []string{
		"5:6: sClient is the name of something that is generated: give it another"}},
	{"streams", methodS("A(ctx context.Context, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q io.Reader) error"), []string{
		"3:2: S.A has 17 streams, where 16 is the most"}},
}

func methodS(text string) string {
	return "//bus:service t/1\ntype S interface {\n\t" + text + "\n}"
}

func objectO(text string) string {
	return methodS(text) + "\n\n//bus:object\ntype O interface {\n\tB(ctx context.Context) error\n\tClose() error\n}"
}

// imports are the packages that the codes may use.
const imports = "context\nio\niter\nnet/url\n"

func TestDiagnostics(t *testing.T) {
	l := newLoader() // one for all: export data are read once
	for _, test := range diagnosed {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			// All on one line, and what is told is counted from the next.
			var head strings.Builder
			head.WriteString("package p; import (")
			for name := range strings.Lines(imports) {
				path := strings.TrimSpace(name)
				if strings.Contains(test.code, path[strings.LastIndexByte(path, '/')+1:]+".") {
					head.WriteString(`"` + path + `";`)
				}
			}
			head.WriteString(")\n//line p.go:1:1\n")
			if err := os.WriteFile(filepath.Join(dir, "p.go"), []byte(head.String()+test.code+"\n"), 0o666); err != nil {
				t.Fatal(err)
			}
			code, err := generate(l, dir, DefaultFile)
			if err == nil {
				t.Fatalf("it was taken:\n%s", code)
			}
			got := strings.Split(err.Error(), "\n")
			for i, line := range got {
				line = strings.TrimPrefix(line, dir+"/")
				got[i] = strings.TrimPrefix(line, "p.go:")
			}
			for i := range max(len(got), len(test.want)) {
				g, w := "", ""
				if i < len(got) {
					g = got[i]
				}
				if i < len(test.want) {
					w = test.want[i]
				}
				if g != w && !(strings.HasPrefix(w, "-: ") && strings.HasSuffix(g, w[2:])) {
					t.Errorf("told\n\t%s\nwant\n\t%s", g, w)
				}
			}
		})
	}
}
