package main

import (
	"cmp"
	"fmt"
	"go/token"
	"go/types"
	"reflect"
	"slices"
	"strings"
)

// traveller finds out whether values of a type can travel: whether CBOR and JSON carry
// them, and another program can know them by the description.
type traveller struct {
	r     *reader
	types map[*types.TypeName]bool // the named types that were met; true if they travel
}

// named are the types that were met, in order of their names.
func (t *traveller) named() []*namedType {
	var list []*namedType
	for obj := range t.types {
		doc := ""
		if s, ok := t.r.specs[obj]; ok {
			doc, _ = text(s.doc)
		}
		list = append(list, &namedType{obj, doc})
	}
	slices.SortFunc(list, func(x, y *namedType) int {
		return cmp.Or(cmp.Compare(x.obj.Name(), y.obj.Name()), cmp.Compare(x.obj.Pkg().Path(), y.obj.Pkg().Path()))
	})
	return list
}

// check tells of it if a value of the type typ cannot travel.
func (t *traveller) check(typ types.Type, pos token.Pos, subject string) {
	if why, at := t.reason(typ); why != "" {
		if at.IsValid() {
			pos = at
		}
		t.r.add(pos, "%s cannot travel: %s", subject, why)
	}
}

// reason says why values of typ cannot travel, and where that is declared, if it is in
// the package; "" if they can.
func (t *traveller) reason(typ types.Type) (why string, at token.Pos) {
	switch typ := types.Unalias(typ).(type) {
	case *types.Named:
		return t.namedReason(typ)
	case *types.Basic:
		switch {
		case typ.Kind() == types.Invalid:
			return "its type is not known here" + t.hint(), 0
		case typ.Info()&types.IsComplex != 0, typ.Kind() == types.Uintptr, typ.Kind() == types.UnsafePointer:
			return "a " + typ.Name() + " has no form in CBOR and JSON", 0
		}
		return "", 0
	case *types.Slice:
		return t.reason(typ.Elem())
	case *types.Array:
		return t.reason(typ.Elem())
	case *types.Map:
		if key, ok := typ.Key().Underlying().(*types.Basic); !ok || key.Info()&(types.IsString|types.IsInteger) == 0 || key.Kind() == types.Uintptr {
			return fmt.Sprintf("the keys of a map are texts or integers, not %s", t.show(typ.Key())), 0
		}
		if why, at := t.reason(typ.Key()); why != "" {
			return why, at
		}
		return t.reason(typ.Elem())
	case *types.Pointer:
		if _, again := typ.Elem().Underlying().(*types.Pointer); again {
			return "a pointer to a pointer has no form of its own", 0
		}
		return t.reason(typ.Elem())
	case *types.Struct:
		return "a struct without a name cannot be described: declare a type", 0
	case *types.Chan:
		return "a channel ends at its program: use an iter.Seq2 whose second type is error", 0
	case *types.Signature:
		return "a function travels as a parameter of its own, as a callback", 0
	case *types.Interface:
		if typ.Empty() {
			return "what an any holds is not known beforehand", 0
		}
		return "an interface travels if it has a name and is marked //bus:object", 0
	case *types.TypeParam:
		return "a type parameter is not known beforehand", 0
	}
	return fmt.Sprintf("a %s has no form in CBOR", t.show(typ)), 0
}

// hint is the first error of the compiler, which may be why a type is not known.
func (t *traveller) hint() string {
	for _, e := range t.r.p.errs {
		if strings.HasPrefix(e.Msg, "undefined:") {
			return " (" + e.Msg + ")"
		}
	}
	return ""
}

func (t *traveller) show(typ types.Type) string {
	return types.TypeString(typ, func(p *types.Package) string {
		if p == t.r.p.pkg {
			return ""
		}
		return p.Name()
	})
}

// namedReason is why a type with a name cannot travel, empty if it can.
func (t *traveller) namedReason(typ *types.Named) (why string, at token.Pos) {
	obj := typ.Obj()
	name := t.show(typ)
	switch {
	case isNamed(typ, "time", "Time"), isNamed(typ, "time", "Duration"):
		return "", 0
	case isError(typ):
		return "an error travels as the last result alone", 0
	case isContext(typ):
		return "a context.Context is the first parameter alone", 0
	case isNamed(typ.Origin(), "iter", "Seq"), isNamed(typ.Origin(), "iter", "Seq2"):
		return "a stream of items is an iter.Seq2 whose second type is error, as a parameter or result of its own", 0
	case isNamed(typ, "io", "Reader"), isNamed(typ, "io", "ReadCloser"):
		return "a stream of bytes travels as a parameter or result of its own", 0
	case isNamed(typ, "io", "Writer"), isNamed(typ, "io", "WriteCloser"):
		return "who writes gives an io.Reader, who reads takes one", 0
	case typ.TypeArgs().Len() > 0, typ.TypeParams().Len() > 0:
		return fmt.Sprintf("%s is generic, which a description cannot say: declare a type", name), 0
	case t.r.objects[obj] != nil:
		return fmt.Sprintf("the object %s travels as a parameter or result of its own, not within a value", name), 0
	}
	if iface, ok := typ.Underlying().(*types.Interface); ok {
		if iface.Empty() {
			return "what an " + name + " holds is not known beforehand", 0
		}
		return fmt.Sprintf("the interface %s is not marked //bus:object in this package", name), 0
	}
	if method := ownForm(typ); method != "" {
		return fmt.Sprintf("%s has a form of its own, by its method %s, which other programs do not know", name, method), 0
	}
	if done, met := t.types[obj]; met {
		if !done {
			return "", 0 // it is within itself: what is wrong with it is told where it began
		}
		return "", 0
	}
	t.types[obj] = false
	if s, ok := typ.Underlying().(*types.Struct); ok {
		why, at = t.structReason(typ, s)
	} else {
		why, at = t.reason(typ.Underlying())
	}
	if why != "" {
		delete(t.types, obj)
		return why, at
	}
	t.types[obj] = true
	return "", 0
}

// ownForm is the method by which a type writes itself, if it has one.
func ownForm(typ *types.Named) string {
	for _, name := range []string{"MarshalCBOR", "MarshalBinary", "MarshalJSON", "MarshalText", "UnmarshalCBOR", "UnmarshalBinary", "UnmarshalJSON", "UnmarshalText"} {
		if m, _, _ := types.LookupFieldOrMethod(types.NewPointer(typ), true, nil, name); m != nil {
			if _, ok := m.(*types.Func); ok {
				return name
			}
		}
	}
	return ""
}

func (t *traveller) structReason(typ *types.Named, s *types.Struct) (why string, at token.Pos) {
	fields, why, at := t.fields(typ, s)
	if why != "" {
		return why, at
	}
	if len(fields) == 0 && s.NumFields() > 0 {
		return fmt.Sprintf("no field of %s is exported", t.show(typ)), t.place(typ.Obj())
	}
	seen := make(map[string]bool)
	for _, f := range fields {
		if seen[strings.ToLower(f.name)] {
			return fmt.Sprintf("two fields of %s travel as %s, in any case", t.show(typ), f.name), t.place(f.v)
		}
		seen[strings.ToLower(f.name)] = true
		if why, at := t.reason(f.v.Type()); why != "" {
			if !at.IsValid() {
				at = t.place(f.v)
			}
			return fmt.Sprintf("the field %s of %s: %s", f.v.Name(), t.show(typ), why), at
		}
	}
	return "", 0
}

// place is where obj is declared, if that is in the package.
func (t *traveller) place(obj types.Object) token.Pos {
	if obj.Pkg() == t.r.p.pkg {
		return obj.Pos()
	}
	return 0
}

// field is a field of a struct as it travels.
type field struct {
	v        *types.Var
	name     string
	optional bool // it is left out when it is zero
}

// fields are the fields of a struct that travel, with those of embedded structs in their
// places, or why they cannot.
func (t *traveller) fields(typ *types.Named, s *types.Struct) (list []field, why string, at token.Pos) {
	for i := range s.NumFields() {
		v := s.Field(i)
		name, optional, why := tagged(s.Tag(i))
		if why != "" {
			return nil, fmt.Sprintf("the field %s of %s: %s", v.Name(), t.show(typ), why), t.place(v)
		}
		if name == "-" {
			continue
		}
		if v.Embedded() && name == "" {
			inner, ok := types.Unalias(v.Type()).(*types.Named)
			if below, isStruct := v.Type().Underlying().(*types.Struct); ok && isStruct && !isNamed(inner, "time", "Time") {
				if method := ownForm(inner); method != "" {
					return nil, fmt.Sprintf("the field %s of %s has a form of its own, by its method %s", v.Name(), t.show(typ), method), t.place(v)
				}
				more, why, at := t.fields(inner, below)
				if why != "" {
					return nil, why, at
				}
				list = append(list, more...)
				continue
			}
		}
		if !v.Exported() {
			continue
		}
		if name == "" {
			name = v.Name()
		}
		list = append(list, field{v, name, optional})
	}
	return list, "", 0
}

// tagged reads a field's tags: what it is called, whether it may be left out, or why it
// cannot travel.
func tagged(text string) (name string, optional bool, why string) {
	tag := reflect.StructTag(text)
	name, options, _ := strings.Cut(tag.Get("json"), ",")
	for _, o := range strings.Split(options, ",") {
		switch o {
		case "omitempty", "omitzero":
			optional = true
		case "string":
			return "", false, "the option string of its tag is JSON's alone"
		}
	}
	cbor, has := tag.Lookup("cbor")
	if !has {
		return name, optional, ""
	}
	other, options, _ := strings.Cut(cbor, ",")
	for _, o := range strings.Split(options, ",") {
		switch o {
		case "toarray", "keyasint":
			return "", false, "the option " + o + " of its tag is CBOR's alone"
		case "omitempty", "omitzero":
			optional = true
		}
	}
	if other != name {
		return "", false, fmt.Sprintf("its tags call it %q in CBOR and %q in JSON", other, name)
	}
	return name, optional, ""
}
