package main

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"github.com/bushel-wasm/bushel/bus/desc"
)

// reader makes a contract of a package.
type reader struct {
	*diagnostics
	p       *loaded
	specs   map[types.Object]spec
	methods map[token.Pos]*ast.Field // the declarations of interfaces' methods, by the names' positions
	objects map[types.Object]*object
	travel  traveller
	whole   contract
}

// read is the contract of a package, with all that is wrong with it told to d.
func read(d *diagnostics, p *loaded) *contract {
	r := &reader{
		diagnostics: d, p: p, specs: make(map[types.Object]spec),
		methods: make(map[token.Pos]*ast.Field), objects: make(map[types.Object]*object),
	}
	r.whole.pkg = p.pkg
	r.travel = traveller{r: r, types: make(map[*types.TypeName]bool)}
	straying(d, p.files)
	list := specs(p.files)
	for _, s := range list {
		obj := p.info.Defs[s.Name]
		r.specs[obj] = s
		if iface, ok := s.Type.(*ast.InterfaceType); ok {
			for _, f := range iface.Methods.List {
				for _, name := range f.Names {
					r.methods[name.Pos()] = f
				}
			}
		}
	}
	r.compilerErrors(list)
	for _, s := range list { // all objects first: methods name them
		if _, ok := marked(marks(s.doc), markObject); ok && isInterface(s) {
			obj := p.info.Defs[s.Name]
			doc, _ := text(s.doc)
			r.objects[obj] = &object{name: obj.Name(), doc: doc, pos: s.Name.Pos()}
			r.whole.objects = append(r.whole.objects, r.objects[obj])
		}
	}
	for _, s := range list {
		if o := r.objects[p.info.Defs[s.Name]]; o != nil {
			r.readObject(o, s)
		}
	}
	for _, s := range list {
		if m, ok := marked(marks(s.doc), markService); ok && isInterface(s) {
			r.readService(m, s)
		}
	}
	if len(r.whole.services) == 0 && len(d.list) == 0 {
		d.add(p.files[0].Name.Pos(), "no interface of package %s is marked //bus:service NAME/MAJOR", p.pkg.Name())
	}
	r.whole.types = r.travel.named()
	r.names()
	return &r.whole
}

func isInterface(s spec) bool {
	_, ok := s.Type.(*ast.InterfaceType)
	return ok
}

// compilerErrors tells of packages that are not there, without which types are not known,
// and of what is wrong in marked interfaces. Else the package need not compile: what is
// generated may be missing.
func (r *reader) compilerErrors(list []spec) {
	for _, e := range r.p.errs {
		if strings.HasPrefix(e.Msg, "could not import") {
			r.add(e.Pos, "%s", e.Msg)
			continue
		}
		for _, s := range list {
			// Who uses what is undefined is told of it, and what follows a tab goes on with another.
			unknown := strings.HasPrefix(e.Msg, "undefined:") || strings.HasPrefix(e.Msg, "\t")
			if len(marks(s.doc)) > 0 && s.Pos() <= e.Pos && e.Pos < s.End() && !unknown {
				r.add(e.Pos, "%s", e.Msg)
			}
		}
	}
}

func (r *reader) readService(m mark, s spec) {
	doc, _ := text(s.doc)
	svc := &service{wire: m.arg, name: s.Name.Name, doc: doc, pos: s.Name.Pos()}
	switch {
	case m.arg == "":
		r.add(m.pos, "//bus:service needs the service's name and major version, such as greeter/1")
	case !serviceName.MatchString(m.arg):
		r.add(m.pos, "%q is no name of a service: it is NAME/MAJOR, such as greeter/1", m.arg)
	}
	if _, both := marked(marks(s.doc), markObject); both {
		r.add(m.pos, "%s is either a service or an object, not both", svc.name)
		return
	}
	iface := r.interfaceOf(s)
	if iface == nil {
		return
	}
	svc.methods = r.readMethods(svc.name, iface, s, false)
	if len(svc.methods) == 0 && iface.NumMethods() == 0 {
		r.add(s.Name.Pos(), "the service %s has no methods", svc.name)
	}
	svc.objects = reachable(svc.methods, nil)
	r.whole.services = append(r.whole.services, svc)
}

// reachable adds the objects that methods return or take, and those of these.
func reachable(methods []*method, found []*object) []*object {
	for _, m := range methods {
		for _, v := range slices.Concat(m.params, m.results) {
			if v.callback != nil {
				found = reachable([]*method{v.callback}, found)
			}
			if v.object != nil && !slices.Contains(found, v.object) {
				found = reachable(v.object.methods, append(found, v.object))
			}
		}
	}
	return found
}

func (r *reader) readObject(o *object, s spec) {
	iface := r.interfaceOf(s)
	if iface == nil {
		return
	}
	if !closes(iface) {
		r.add(s.Name.Pos(), "the object %s needs a method Close() error, by which its holder gives it back", o.name)
	}
	o.methods = r.readMethods(o.name, iface, s, true)
}

// closes reports whether t has the method Close() error.
func closes(t types.Type) bool {
	m, _, _ := types.LookupFieldOrMethod(t, false, nil, "Close")
	f, ok := m.(*types.Func)
	if !ok {
		return false
	}
	sig := f.Signature()
	return sig.Params().Len() == 0 && sig.Results().Len() == 1 && isError(sig.Results().At(0).Type())
}

// interfaceOf is the interface that s declares; nil if it cannot be a contract.
func (r *reader) interfaceOf(s spec) *types.Interface {
	obj := r.p.info.Defs[s.Name]
	switch {
	case s.TypeParams != nil:
		r.add(s.TypeParams.Pos(), "%s has type parameters, which a contract cannot have: what travels is known beforehand", s.Name.Name)
		return nil
	case s.Assign.IsValid():
		r.add(s.Name.Pos(), "%s is an alias: the mark stands before the interface itself", s.Name.Name)
		return nil
	}
	iface, ok := obj.Type().Underlying().(*types.Interface)
	if !ok || !iface.IsMethodSet() {
		r.add(s.Name.Pos(), "%s is a constraint, not a set of methods", s.Name.Name)
		return nil
	}
	return iface
}

// readMethods reads the methods of an interface in the order of their declarations, those
// of interfaces elsewhere last.
func (r *reader) readMethods(owner string, iface *types.Interface, s spec, isObject bool) []*method {
	var funcs []*types.Func
	for i := range iface.NumMethods() {
		funcs = append(funcs, iface.Method(i))
	}
	slices.SortStableFunc(funcs, func(x, y *types.Func) int {
		a, b := r.methods[x.Pos()], r.methods[y.Pos()]
		switch {
		case a != nil && b != nil:
			return int(x.Pos()) - int(y.Pos())
		case a != nil:
			return -1
		case b != nil:
			return 1
		}
		return strings.Compare(x.Name(), y.Name())
	})
	var list []*method
	byFold := make(map[string]string)
	for _, f := range funcs {
		pos, field := f.Pos(), r.methods[f.Pos()]
		if field == nil {
			pos = s.Name.Pos()
		}
		fold := strings.ToLower(f.Name())
		switch other := byFold[fold]; {
		case !f.Exported():
			r.add(pos, "the method %s of %s is not exported, so no other program can call it", f.Name(), owner)
			continue
		case isObject && f.Name() == "Close":
			if !closes(iface) {
				continue // it was told
			}
			continue
		case f.Name() == "BusSession":
			r.add(pos, "the name BusSession is that of a method of generated clients")
			continue
		case other != "":
			r.add(pos, "the methods %s and %s of %s differ in case alone, which calls by short names do not tell", other, f.Name(), owner)
			continue
		}
		byFold[fold] = f.Name()
		m := r.readMethod(owner+"."+f.Name(), f.Name(), f.Signature(), pos)
		if field != nil {
			m.doc, m.deprecated = text(field.Doc)
			if at, ok := marked(marks(field.Doc), markNotify); ok {
				r.readNotify(m, owner, at)
			}
		}
		list = append(list, m)
	}
	return list
}

func (r *reader) readNotify(m *method, owner string, at mark) {
	m.notify = true
	if len(m.results) > 0 {
		r.add(at.pos, "%s.%s is a notification, which has no answer, but it has results", owner, m.name)
	}
	if !m.plain() {
		r.add(at.pos, "%s.%s is a notification, which cannot be called back and has no streams", owner, m.name)
	}
}

// readMethod reads a signature. what names it in diagnostics.
func (r *reader) readMethod(what, name string, sig *types.Signature, pos token.Pos) *method {
	m := &method{name: name, pos: pos}
	params, results := sig.Params(), sig.Results()
	if sig.Variadic() {
		r.add(pos, "%s takes any number of arguments: take a slice", what)
	}
	if params.Len() == 0 || !isContext(params.At(0).Type()) {
		r.add(pos, "the first parameter of %s is not a context.Context", what)
	}
	if n := results.Len(); n == 0 || !isError(results.At(n-1).Type()) {
		r.add(pos, "the last result of %s is not an error", what)
	}
	for i := range params.Len() {
		if v := params.At(i); i > 0 || !isContext(v.Type()) {
			m.params = append(m.params, r.readParam(what, name, v, i, pos))
		}
	}
	n := results.Len()
	if n > 0 && isError(results.At(n-1).Type()) {
		n--
	}
	for i := range n {
		m.results = append(m.results, r.readResult(what, results.At(i), n, pos))
	}
	r.arrange(what, m)
	return m
}

// arrange numbers the streams of m and looks for what cannot be told apart.
func (r *reader) arrange(what string, m *method) {
	number := uint32(0)
	for _, v := range streams(slices.Concat(m.params, m.results)) {
		v.stream = number
		number++
	}
	if number > 16 {
		r.add(m.pos, "%s has %d streams, where 16 is the most", what, number)
	}
	if given := objects(m.results); len(given) > 1 {
		r.add(given[1].pos, "%s returns two objects, but a call stays open as one: return an object that has both", what)
	}
	taken := make(map[*object]bool)
	for _, v := range objects(m.params) {
		if taken[v.object] {
			r.add(v.pos, "%s takes two objects %s, which the callee could not tell apart", what, v.object.name)
		}
		taken[v.object] = true
	}
	names := make(map[string]bool)
	for _, v := range m.params {
		if v.name != "_" && names[strings.ToLower(v.name)] {
			r.add(v.pos, "%s has two parameters called %s, in any case", what, v.name)
		}
		names[strings.ToLower(v.name)] = true
	}
}

func (r *reader) readParam(what, name string, v *types.Var, i int, pos token.Pos) *variable {
	p := &variable{name: v.Name(), typ: v.Type(), pos: r.at(v, pos)}
	if p.name == "" || p.name == "_" {
		r.add(p.pos, "parameter %d of %s has no name, by which it would travel", i+1, what)
		p.name = "_"
	}
	r.classify(p, "the parameter "+p.name+" of "+what, what+"."+p.name)
	return p
}

func (r *reader) readResult(what string, v *types.Var, n int, pos token.Pos) *variable {
	p := &variable{name: v.Name(), typ: v.Type(), pos: r.at(v, pos)}
	if p.name == "" || p.name == "_" {
		p.name = "result"
		if n > 1 {
			r.add(p.pos, "the results of %s have no names, by which they would travel", what)
		}
	}
	subject := "the result of " + what
	if v.Name() != "" && v.Name() != "_" {
		subject = "the result " + p.name + " of " + what
	}
	if _, ok := v.Type().Underlying().(*types.Signature); ok && !isIter(v.Type()) {
		r.add(p.pos, "%s is a function: return an object with a method", subject)
		return p
	}
	r.classify(p, subject, what)
	return p
}

// at is where v is declared, or pos if that is in another package.
func (r *reader) at(v types.Object, pos token.Pos) token.Pos {
	if v.Pkg() == r.p.pkg && v.Pos().IsValid() {
		return v.Pos()
	}
	return pos
}

// classify says what v is on the bus.
func (r *reader) classify(v *variable, subject, path string) {
	if sig, ok := v.typ.Underlying().(*types.Signature); ok && !isIter(v.typ) {
		v.kind = desc.KindCallback
		v.callback = r.readMethod(path, v.name, sig, v.pos)
		return
	}
	if o := r.objectOf(v.typ); o != nil {
		v.kind, v.object = desc.KindObject, o
		return
	}
	if isNamed(v.typ, "io", "Reader") || isNamed(v.typ, "io", "ReadCloser") {
		v.kind, v.closer = desc.KindBytes, isNamed(v.typ, "io", "ReadCloser")
		return
	}
	if named, ok := types.Unalias(v.typ).(*types.Named); ok && isNamed(named.Origin(), "iter", "Seq2") && isError(named.TypeArgs().At(1)) {
		v.kind, v.elem = desc.KindItems, named.TypeArgs().At(0)
		r.travel.check(v.elem, v.pos, "an item of "+subject)
		return
	}
	r.travel.check(v.typ, v.pos, subject)
}

// objectOf is the object that t is, nil if it is none.
func (r *reader) objectOf(t types.Type) *object {
	if named, ok := types.Unalias(t).(*types.Named); ok {
		return r.objects[named.Obj()]
	}
	return nil
}

func isNamed(t types.Type, pkg, name string) bool {
	named, ok := types.Unalias(t).(*types.Named)
	return ok && named.Obj().Pkg() != nil && named.Obj().Pkg().Path() == pkg && named.Obj().Name() == name
}

// isIter reports whether t is one of package iter's functions.
func isIter(t types.Type) bool {
	named, ok := types.Unalias(t).(*types.Named)
	return ok && (isNamed(named.Origin(), "iter", "Seq2") || isNamed(named.Origin(), "iter", "Seq"))
}

func isContext(t types.Type) bool { return isNamed(t, "context", "Context") }

func isError(t types.Type) bool { return types.Identical(t, types.Universe.Lookup("error").Type()) }
