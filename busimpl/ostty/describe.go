package ostty

import "github.com/bushel-wasm/bushel/bus/desc"

// describe is the service's description.
func describe() desc.Service {
	size := []desc.Var{{Name: "cols", Type: "int"}, {Name: "rows", Type: "int"}}
	return desc.Service{
		Name: "os.tty/1", Format: "cbor",
		Doc: "The caller's controlling terminal.",
		Methods: []desc.Method{
			{Name: "Info", Doc: "Info tells whether there is a terminal, whether standard output and error are one, the terminal's size, whether it is raw, and its colours: 0, 8, 256 or 16777216.",
				Results: append([]desc.Var{
					{Name: "terminal", Type: "bool"}, {Name: "stdout", Type: "bool"}, {Name: "stderr", Type: "bool"},
					{Name: "raw", Type: "bool"}, {Name: "colours", Type: "int"},
				}, size...)},
			{Name: "Sizes", Doc: "Sizes streams the terminal's size, now and after each change.",
				Results: []desc.Var{{Name: "sizes", Kind: desc.KindItems, Type: "Size", Stream: StreamSizes}}},
			{Name: "Raw", Doc: "Raw has keys come as they are typed, without echo and signals, until the object is closed.",
				Results: []desc.Var{{Name: "mode", Kind: desc.KindObject, Type: "Mode"}}},
			{Name: "SetTitle", Doc: "SetTitle sets the terminal's title.", Params: []desc.Var{{Name: "title", Type: "string"}}},
		},
		Objects: []desc.Object{{Name: "Mode", Doc: "The terminal's mode. To close it brings back the one before."}},
		Types:   []desc.Type{{Name: "Size", Kind: "struct", Fields: size}},
	}
}
