package main

import (
	"fmt"
	"strings"

	"github.com/bushel-wasm/bushel/bus/desc"
)

// service writes all that goes with a service.
func (w *writer) service(s *service, description string) {
	prefix, Name := small(s.name), large(s.name)
	bus := w.bus()
	w.line("// New%sClient is the %s that target serves: a package, or what stands for one.", Name, s.name)
	w.line("func %s(target %s.Target) %s { return &%s{target} }\n", w.declare("New"+Name+"Client"), bus, s.name, w.declare(prefix+"Client"))
	w.line("// New%[1]sClientOn is the %[2]s of the package pkg at the other side of conn.", Name, s.name)
	w.line("func %s(conn *%s.Conn, pkg string) %s { return New%sClient(conn.Package(pkg)) }\n", w.declare("New"+Name+"ClientOn"), bus, s.name, Name)
	w.line("// Register%s has server serve impl as %s. Each call runs on a goroutine of its own.", Name, s.wire)
	w.line("func %s(server *%s.Server, impl %s) {", w.declare("Register"+Name), bus, s.name)
	w.line("server.Register(&%s.Service{\nName: %q,\nDescription: %s,\nMethods: []%s.MethodHandler{", bus, s.wire, w.declare(prefix+"Description"), bus)
	for _, m := range s.methods {
		w.line("{Name: %q, Handler: serve%s(impl.%s).Handler()},", s.wire+"."+m.name, large(prefix)+m.name, m.name)
	}
	w.line("},\n})\n}\n")
	w.unimplemented(s.name, s.wire, s.methods, false)
	w.line("type %sClient struct{ t %s.Target }\n", prefix, bus)
	for _, m := range s.methods {
		w.method(prefix+m.name, prefix, s.wire+"."+m.name, prefix+"Client", m)
	}
	for _, o := range s.objects {
		w.object(s, prefix, o)
	}
	w.line("const %sDescription = %s\n", prefix, literal(description))
}

// object writes the client of an object and who serves it, as they are in one service.
func (w *writer) object(s *service, prefix string, o *object) {
	id, bus, typed := prefix+large(o.name), w.bus(), w.typed()
	w.pos = o.pos
	client := w.declare(id + "Client")
	w.line("type %s struct {\nt *%s.Session\nborrowed bool // it is the caller's, who closes it\n}\n", client, bus)
	w.line("func (c *%s) Close() error {\nif c.borrowed {\nreturn nil\n}\nreturn c.t.Close()\n}\n", client)
	w.line("func (c *%s) BusSession() *%s.Session { return c.t }\n", client, bus)
	w.line("func %s(object %s) %s.Table {\nif object == nil {\nreturn nil\n}\nreturn %s.Table{", w.declare("table"+large(id)), o.name, typed, typed)
	for _, m := range o.methods {
		w.line("{Method: %sMethod, Serve: serve%s(object.%s)},", id+m.name, large(id)+m.name, m.name)
	}
	w.line("}\n}\n")
	for _, m := range o.methods {
		w.method(id+m.name, prefix, s.wire+"."+o.name+"."+m.name, client, m)
	}
}

// unimplemented writes the type to embed.
func (w *writer) unimplemented(name, wire string, methods []*method, isObject bool) {
	typ := w.declare("Unimplemented" + large(name))
	w.line("// %s has all methods of [%s]: they fail with bus.CodeUnimplemented. Embed it, and", typ, name)
	w.line("// what is added to the interface breaks no implementation.")
	w.line("type %s struct{}\n", typ)
	for _, m := range methods {
		results := make([]string, len(m.results))
		for i := range m.results {
			results[i] = "_"
		}
		blank := make([]string, len(m.params))
		for i := range m.params {
			blank[i] = "_"
		}
		sig := w.signature(m, "_", blank, results)
		full := name + "." + m.name
		if wire != "" {
			full = wire + "." + m.name
		}
		w.line("func (%s) %s%s {\nerr = %s.Unimplemented(%q)\nreturn\n}\n", typ, m.name, sig, w.typed(), full)
	}
	if isObject {
		w.line("// Close does nothing.\nfunc (%s) Close() error { return nil }\n", typ)
	}
	w.line("var _ %s = %s{}\n", name, typ)
}

// method writes a method: its number, what travels, the client's method and the server's
// side. With an empty client it is a callback, whose client is a function.
func (w *writer) method(id, service, full, client string, m *method) {
	bus := w.bus()
	w.pos = m.pos
	w.line("var %s = %s.MethodOf(%q)\n", w.declare(id+"Method"), bus, full)
	w.bodyType(id+"Args", m.params)
	w.bodyType(id+"Results", m.results)
	if client != "" {
		s := w.scope("c", "args", "results", "err", "s", "r")
		ctx := s.name("ctx")
		params := s.of(m.params)
		results := w.resultNames(s, m)
		w.line("func (c *%s) %s%s {", client, m.name, w.signature(m, ctx, params, results))
		w.call(id, service, "c.t", m, ctx, params, results)
		w.line("}\n")
	} else {
		s := w.scope("t", "args", "results", "err", "s", "r")
		ctx := s.name("ctx")
		params := s.of(m.params)
		results := w.resultNames(s, m)
		w.line("func %s(t %s.Target) %s {", w.declare("call"+large(id)), bus, w.funcType(m))
		w.line("return func%s {", w.signature(m, ctx, params, results))
		w.call(id, service, "t", m, ctx, params, results)
		w.line("}\n}\n")
	}
	w.serve(id, service, m, client == "")
	for _, v := range m.params {
		if v.callback != nil {
			w.method(id+large(v.name), service, full+"."+v.name, "", v.callback)
		}
	}
}

// resultNames names the results, where the code has a use for that.
func (w *writer) resultNames(s *scope, m *method) []string {
	if len(m.results) == 0 {
		return nil
	}
	return s.of(m.results)
}

// call writes the body of a function that makes the call.
func (w *writer) call(id, service, target string, m *method, ctx string, params, results []string) {
	typed := w.typed()
	args := reference(id+"Args", m.params, params)
	if m.notify {
		w.line("return %s.Notify(%s, %s, %sMethod, %s)", typed, ctx, target, id, args)
		return
	}
	into := "nil"
	if len(values(m.results)) > 0 {
		w.line("var results %sResults", id)
		into = "&results"
	}
	common := fmt.Sprintf("%s, %s, %sMethod, %s, %s", ctx, target, id, args, into)
	parts := w.parts(id, service, m, params)
	switch {
	case len(m.results) == 0 && m.plain():
		w.line("return %s.Call(%s)", typed, common)
		return
	case len(m.results) == 0:
		w.line("return %s.CallWith(%s, %s)", typed, common, parts)
		return
	case m.opens():
		w.line("s, err := %s.Open(%s, %s)", typed, common, parts)
	case m.plain():
		w.line("err = %s.Call(%s)", typed, common)
	default:
		w.line("err = %s.CallWith(%s, %s)", typed, common, parts)
	}
	w.results(service, m, ctx, results)
}

// results writes how the results of a call are taken.
func (w *writer) results(service string, m *method, ctx string, results []string) {
	typed := w.typed()
	var list []string
	names := fields(m.results)
	if !m.opens() {
		for _, f := range names {
			list = append(list, "results."+f)
		}
		w.line("return %s, err", strings.Join(list, ", "))
		return
	}
	var zero []string
	for i := range m.results {
		zero = append(zero, results[i])
	}
	fail := fmt.Sprintf("if err != nil {\nreturn %s, err\n}", strings.Join(zero, ", "))
	w.line("%s", fail)
	switch n := len(streams(m.results)); {
	case n > 0 && len(objects(m.results)) > 0:
		w.line("r, err := %s.Beside(s)\n%s", typed, fail)
	case n > 0:
		w.line("r, err := %s.Results(%s, s, %d)\n%s", typed, ctx, n, fail)
	}
	next := 0
	for i, v := range m.results {
		switch v.kind {
		case desc.KindValue:
			list = append(list, "results."+names[next])
			next++
		case desc.KindObject:
			w.line("if s != nil {\n%s = &%s{t: s}\n}", results[i], service+large(v.object.name)+"Client")
			list = append(list, results[i])
		default:
			list = append(list, w.read("r", v))
		}
	}
	w.line("return %s, nil", strings.Join(list, ", "))
}

// read is the expression by which a stream is read.
func (w *writer) read(reader string, v *variable) string {
	if v.kind == desc.KindBytes {
		return fmt.Sprintf("%s.Bytes(%d)", reader, v.stream)
	}
	return fmt.Sprintf("%s.ReadItems[%s](%s, %d)", w.typed(), w.typ(v.elem), reader, v.stream)
}

// source is the expression of who sends a stream.
func (w *writer) source(v *variable, local string) string {
	if v.kind == desc.KindItems {
		return fmt.Sprintf("%s.Items(%d, %s)", w.typed(), v.stream, local)
	}
	owner := "nil"
	if v.closer {
		owner = local
	}
	return fmt.Sprintf("%s.Bytes(%d, %s, %s)", w.typed(), v.stream, local, owner)
}

// parts is the expression of what goes along a call besides values.
func (w *writer) parts(id, service string, m *method, params []string) string {
	if m.plain() {
		return "nil"
	}
	typed := w.typed()
	var serves, tables, sources, given []string
	for i, v := range m.params {
		switch v.kind {
		case desc.KindCallback:
			cb := id + large(v.name)
			serves = append(serves, fmt.Sprintf("{Method: %sMethod, Serve: serve%s(%s)},", cb, large(cb), params[i]))
		case desc.KindObject:
			tables = append(tables, fmt.Sprintf("table%s(%s)", large(service)+large(v.object.name), params[i]))
			given = append(given, params[i])
		case desc.KindBytes, desc.KindItems:
			sources = append(sources, w.source(v, params[i]))
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "&%s.Parts{\n", typed)
	if len(serves) > 0 {
		tables = append([]string{fmt.Sprintf("%s.Table{\n%s\n}", typed, strings.Join(serves, "\n"))}, tables...)
	}
	if len(tables) > 0 {
		table := tables[0]
		for _, more := range tables[1:] {
			table = fmt.Sprintf("append(%s, %s...)", table, more)
		}
		fmt.Fprintf(&b, "Serves: %s,\n", table)
	}
	if len(sources) > 0 {
		fmt.Fprintf(&b, "Sources: []%s.Source{%s},\n", typed, strings.Join(sources, ", "))
	}
	if len(given) > 0 {
		fmt.Fprintf(&b, "Objects: []%s.Closer{%s},\n", w.use("io", "io"), strings.Join(given, ", "))
	}
	b.WriteString("}")
	return b.String()
}

// serve writes the function that serves a method by a function of its signature.
func (w *writer) serve(id, service string, m *method, callback bool) {
	bus, typed := w.bus(), w.typed()
	s := w.scope("fn", "in", "args", "r", "err")
	ctx := s.name("ctx")
	fn := w.funcType(m)
	w.line("func %s(fn %s) %s.Serve {", w.declare("serve"+large(id)), fn, typed)
	w.line("return func(%s %s, in *%s.Incoming) error {", ctx, w.ctx(), bus)
	if callback {
		w.line("if fn == nil {\nreturn %s.ErrNoCallback\n}", typed)
	}
	list := []string{ctx}
	if len(values(m.params)) > 0 {
		w.line("var args %sArgs\nif err := %s.Args(in, &args); err != nil {\nreturn err\n}", id, typed)
	}
	if len(streams(m.params)) > 0 {
		w.line("r := %s.Params(%s, in)", typed, ctx)
	}
	names, next := fields(m.params), 0
	for _, v := range m.params {
		switch v.kind {
		case desc.KindValue:
			list = append(list, "args."+names[next])
			next++
		case desc.KindCallback:
			list = append(list, fmt.Sprintf("call%s(in)", large(id)+large(v.name)))
		case desc.KindObject:
			list = append(list, fmt.Sprintf("&%s{t: &in.Session, borrowed: true}", service+large(v.object.name)+"Client"))
		default:
			list = append(list, w.read("r", v))
		}
	}
	results := s.of(m.results)
	given := fmt.Sprintf("fn(%s)", strings.Join(list, ", "))
	if len(results) == 0 {
		w.line("if err := %s; err != nil {\nreturn err\n}", given)
	} else {
		w.line("%s, err := %s\nif err != nil {\nreturn err\n}", strings.Join(results, ", "), given)
	}
	answer := reference(id+"Results", m.results, results)
	var sources []string
	for i, v := range m.results {
		if v.kind == desc.KindBytes || v.kind == desc.KindItems {
			sources = append(sources, w.source(v, results[i]))
		}
	}
	switch {
	case len(objects(m.results)) > 0:
		for i, v := range m.results {
			if v.kind == desc.KindObject {
				more := append([]string{answer, fmt.Sprintf("table%s(%s)", large(service)+large(v.object.name), results[i]), results[i]}, sources...)
				w.line("return %s.Give(in, %s)", typed, strings.Join(more, ", "))
			}
		}
	case m.opens():
		w.line("return %s.Stream(in, %s, %s)", typed, answer, strings.Join(sources, ", "))
	default:
		w.line("return %s.Reply(in, %s)", typed, answer)
	}
	w.line("}\n}\n")
}
