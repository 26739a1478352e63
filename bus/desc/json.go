package desc

import (
	"encoding/json"

	"github.com/bushel-wasm/bushel/bus"
)

// JSON is the description of a service that was written by hand, as [bus.Service] has it.
// The methods' ids are filled in.
func JSON(s Service) string {
	for i := range s.Methods {
		s.Methods[i].identify(s.FullName("", &s.Methods[i]))
	}
	for i := range s.Objects {
		o := &s.Objects[i]
		for j := range o.Methods {
			o.Methods[j].identify(s.FullName(o.Name, &o.Methods[j]))
		}
	}
	b, err := json.Marshal(s)
	if err != nil {
		panic(err) // a constant's value that JSON cannot have
	}
	return string(b)
}

// identify fills in the id of a method with that full name, and of its callbacks.
func (m *Method) identify(name string) {
	m.ID = bus.MethodOf(name).String()
	for i := range m.Params {
		if c := m.Params[i].Callback; c != nil {
			c.identify(name + "." + m.Params[i].Name)
		}
	}
}
