package main

import (
	"cmp"
	"go/constant"
	"go/token"
	"go/types"
	"slices"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/bus/desc"
)

// describer makes the descriptions of a contract.
type describer struct {
	c      *contract
	travel *traveller
	docs   map[token.Pos]string // of fields and constants, by the positions of their names
}

// typeName is what a description calls a type.
func typeName(home *types.Package, obj *types.TypeName) string {
	if obj.Pkg() == nil || obj.Pkg() == home {
		return obj.Name()
	}
	return obj.Pkg().Name() + "." + obj.Name()
}

// notation is typ in the words of a description: Go's.
func (d *describer) notation(typ types.Type) string {
	return types.TypeString(types.Unalias(typ), func(p *types.Package) string {
		if p == d.c.pkg {
			return ""
		}
		return p.Name()
	})
}

func (d *describer) service(s *service) *desc.Service {
	out := &desc.Service{Name: s.wire, Doc: s.doc, Format: bus.FormatCBOR.String(), Methods: d.methods(s.wire, s.methods)}
	used := make(map[*types.TypeName]bool)
	d.uses(used, s.methods)
	for _, o := range s.objects {
		out.Objects = append(out.Objects, desc.Object{Name: o.name, Doc: o.doc, Methods: d.methods(s.wire+"."+o.name, o.methods)})
		d.uses(used, o.methods)
	}
	for _, t := range d.c.types {
		if used[t.obj] {
			out.Types = append(out.Types, d.named(t))
		}
	}
	return out
}

func (d *describer) methods(prefix string, list []*method) []desc.Method {
	out := []desc.Method{}
	for _, m := range list {
		full := prefix + "." + m.name
		out = append(out, desc.Method{
			Name: m.name, ID: bus.MethodOf(full).String(), Doc: m.doc, Deprecated: m.deprecated, Notify: m.notify,
			Params: d.vars(full, m.params), Results: d.vars(full, m.results),
		})
	}
	return out
}

func (d *describer) vars(full string, list []*variable) []desc.Var {
	var out []desc.Var
	for _, v := range list {
		dv := desc.Var{Name: v.name, Kind: v.kind, Stream: v.stream}
		switch v.kind {
		case desc.KindValue:
			dv.Type = d.notation(v.typ)
		case desc.KindItems:
			dv.Type = d.notation(v.elem)
		case desc.KindObject:
			dv.Type = v.object.name
		case desc.KindCallback:
			dv.Callback = &d.methods(full, []*method{v.callback})[0]
		}
		out = append(out, dv)
	}
	return out
}

// uses notes the named types that values in methods are of.
func (d *describer) uses(used map[*types.TypeName]bool, methods []*method) {
	for _, m := range methods {
		for _, v := range slices.Concat(m.params, m.results) {
			switch {
			case v.callback != nil:
				d.uses(used, []*method{v.callback})
			case v.elem != nil:
				d.usesIn(used, v.elem)
			case v.kind == desc.KindValue:
				d.usesIn(used, v.typ)
			}
		}
	}
}

func (d *describer) usesIn(used map[*types.TypeName]bool, typ types.Type) {
	switch typ := types.Unalias(typ).(type) {
	case *types.Named:
		if used[typ.Obj()] || typ.Obj().Pkg() == nil || typ.Obj().Pkg().Path() == "time" {
			return
		}
		used[typ.Obj()] = true
		d.usesIn(used, typ.Underlying())
	case *types.Struct:
		for v := range typ.Fields() {
			d.usesIn(used, v.Type())
		}
	case *types.Map:
		d.usesIn(used, typ.Key())
		d.usesIn(used, typ.Elem())
	case interface{ Elem() types.Type }:
		d.usesIn(used, typ.Elem())
	}
}

func (d *describer) named(t *namedType) desc.Type {
	out := desc.Type{Name: typeName(d.c.pkg, t.obj), Doc: t.doc, Kind: "struct"}
	s, ok := t.obj.Type().Underlying().(*types.Struct)
	if !ok {
		out.Kind = d.notation(t.obj.Type().Underlying())
		out.Values = d.constants(t.obj)
		return out
	}
	fields, _, _ := d.travel.fields(t.obj.Type().(*types.Named), s) // they travel: that was asked
	for _, f := range fields {
		out.Fields = append(out.Fields, desc.Var{
			Name: f.name, Type: d.notation(f.v.Type()), Doc: d.docs[f.v.Pos()], Optional: f.optional,
		})
	}
	return out
}

// constants are the exported constants of a type, in the order of their declarations.
func (d *describer) constants(obj *types.TypeName) []desc.Enum {
	var list []*types.Const
	scope := obj.Pkg().Scope()
	for _, name := range scope.Names() {
		if c, ok := scope.Lookup(name).(*types.Const); ok && types.Identical(c.Type(), obj.Type()) && c.Exported() {
			list = append(list, c)
		}
	}
	slices.SortStableFunc(list, func(x, y *types.Const) int { return cmp.Compare(x.Pos(), y.Pos()) })
	var out []desc.Enum
	for _, c := range list {
		out = append(out, desc.Enum{Name: c.Name(), Value: constantValue(c.Val()), Doc: d.docs[c.Pos()]})
	}
	return out
}

func constantValue(v constant.Value) any {
	switch v.Kind() {
	case constant.Bool:
		return constant.BoolVal(v)
	case constant.String:
		return constant.StringVal(v)
	}
	if n, ok := constant.Int64Val(constant.ToInt(v)); ok {
		return n
	}
	if n, ok := constant.Uint64Val(constant.ToInt(v)); ok {
		return n
	}
	f, _ := constant.Float64Val(v)
	return f
}
