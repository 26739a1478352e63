package osws

import "github.com/bushel-wasm/bushel/bus/desc"

// describe is the service's description.
func describe() desc.Service {
	return desc.Service{
		Name: "os.ws/1", Format: "cbor",
		Doc: "WebSockets: the browser's in a page, the host's network natively.",
		Methods: []desc.Method{{
			Name: "Connect",
			Doc:  "Connect opens a WebSocket and returns when it is open. The end of send does not close it; messages ends when it is closed. Closing the object closes the socket.",
			Params: []desc.Var{
				{Name: "url", Type: "string"},
				{Name: "protocols", Type: "[]string", Optional: true},
				{Name: "send", Kind: desc.KindItems, Type: "Message", Stream: streamSend},
			},
			Results: []desc.Var{
				{Name: "protocol", Type: "string"},
				{Name: "socket", Kind: desc.KindObject, Type: "Socket"},
				{Name: "messages", Kind: desc.KindItems, Type: "Message", Stream: streamMessages},
			},
		}},
		Objects: []desc.Object{{
			Name: "Socket", Doc: "Socket is an open WebSocket.",
			Methods: []desc.Method{
				{
					Name: "CloseWith", Doc: "CloseWith closes the socket, once what was sent before is on its way. Code is 1000 or from 3000 to 4999; reason has at most 123 bytes.",
					Params:  []desc.Var{{Name: "code", Type: "int", Optional: true}, {Name: "reason", Type: "string", Optional: true}},
					Results: []desc.Var{{Name: "end", Type: "End"}},
				},
				{Name: "Wait", Doc: "Wait returns when the socket is closed.", Results: []desc.Var{{Name: "end", Type: "End"}}},
			},
		}},
		Types: []desc.Type{
			{Name: "Message", Kind: "struct", Doc: "Message is a text in UTF-8, or bytes.", Fields: []desc.Var{{Name: "text", Type: "bool"}, {Name: "data", Type: "[]byte"}}},
			{Name: "End", Kind: "struct", Doc: "Code is 1005 if there was none, 1006 if the connection broke. Clean says that both sides have closed.", Fields: []desc.Var{{Name: "code", Type: "int"}, {Name: "reason", Type: "string"}, {Name: "clean", Type: "bool"}}},
		},
	}
}
