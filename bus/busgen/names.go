package main

import (
	"go/token"
	"slices"
)

// names looks for two methods with one name on the bus, and for services and objects that
// would be generated under one name.
func (r *reader) names() {
	wires := make(map[string]bool)
	for _, s := range r.whole.services {
		if wires[s.wire] {
			r.add(s.pos, "two interfaces are the service %s", s.wire)
		}
		wires[s.wire] = true
		full := make(map[string]token.Pos)
		r.full(full, s.wire, s.methods)
		for _, o := range s.objects {
			r.full(full, s.wire+"."+o.name, o.methods)
		}
	}
	var described []string
	for _, t := range r.whole.types {
		name := typeName(r.whole.pkg, t.obj)
		if slices.Contains(described, name) {
			r.add(r.p.files[0].Name.Pos(), "two types are called %s in the description", name)
		}
		described = append(described, name)
	}
}

// full notes the full names of methods and of their callbacks.
func (r *reader) full(names map[string]token.Pos, prefix string, methods []*method) {
	for _, m := range methods {
		name := prefix + "." + m.name
		if other, taken := names[name]; taken {
			r.add(m.pos, "the name %s is that of another method, in line %d", name, r.fset.Position(other).Line)
		}
		names[name] = m.pos
		for _, v := range m.params {
			if v.callback != nil {
				r.full(names, name, []*method{v.callback})
			}
		}
	}
}
