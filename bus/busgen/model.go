package main

import (
	"go/token"
	"go/types"

	"github.com/bushel-wasm/bushel/bus/desc"
)

// contract is what a package declares for the bus.
type contract struct {
	pkg      *types.Package
	services []*service
	objects  []*object
	types    []*namedType // those that values are of, in order of their names
}

// service is an interface marked //bus:service.
type service struct {
	wire    string // "greeter/1"
	name    string // the interface's
	doc     string
	pos     token.Pos
	methods []*method
	objects []*object // those that can be reached from its methods, each once
}

// object is an interface marked //bus:object.
type object struct {
	name    string
	doc     string
	pos     token.Pos
	methods []*method // without Close
}

// method is a method of either, or a callback.
type method struct {
	name       string // the interface's, or the parameter's of a callback
	doc        string
	pos        token.Pos
	deprecated bool
	notify     bool
	params     []*variable // without the context
	results    []*variable // without the error
}

// variable is a parameter or a result.
type variable struct {
	name     string // on the wire
	kind     string // see desc.Var
	typ      types.Type
	elem     types.Type // what a stream of items is of
	stream   uint32
	closer   bool // a stream of bytes that its reader closes
	object   *object
	callback *method
	pos      token.Pos
}

// namedType is a type with a name that values are of.
type namedType struct {
	obj *types.TypeName
	doc string
}

// only are those of list of one of the kinds.
func only(list []*variable, kinds ...string) []*variable {
	var found []*variable
	for _, v := range list {
		for _, k := range kinds {
			if v.kind == k {
				found = append(found, v)
			}
		}
	}
	return found
}

func values(list []*variable) []*variable  { return only(list, desc.KindValue) }
func streams(list []*variable) []*variable { return only(list, desc.KindBytes, desc.KindItems) }
func objects(list []*variable) []*variable { return only(list, desc.KindObject) }

// plain reports whether a call of m carries nothing but values, so that it has no parts.
func (m *method) plain() bool { return len(values(m.params)) == len(m.params) }

// opens reports whether a call of m stays open when it was answered.
func (m *method) opens() bool { return len(values(m.results)) < len(m.results) }
