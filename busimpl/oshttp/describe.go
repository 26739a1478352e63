package oshttp

import "github.com/bushel-wasm/bushel/bus/desc"

// describe is the service's description.
func describe() desc.Service {
	return desc.Service{
		Name: "os.http/1", Format: "cbor",
		Doc: "HTTP requests: fetch in a page, the host's network natively.",
		Methods: []desc.Method{{
			Name: "Fetch",
			Doc:  "Fetch makes a request and returns when the head of the answer is there. To close content before its end, or to cancel the call, ends the request.",
			Params: []desc.Var{
				{Name: "request", Type: "Request"},
				{Name: "body", Kind: desc.KindBytes, Stream: streamBody},
			},
			Results: []desc.Var{
				{Name: "response", Type: "Response"},
				{Name: "content", Kind: desc.KindBytes, Stream: streamContent},
			},
		}},
		Types: []desc.Type{
			{Name: "Request", Kind: "struct", Doc: "Method is GET if it is empty. Redirect is follow, error or manual. The body is content, or the stream body if stream is set. Whole asks for the answer's body, of 8 MiB at most, within the answer.", Fields: []desc.Var{
				{Name: "method", Type: "string", Optional: true}, {Name: "url", Type: "string"}, {Name: "headers", Type: "[]Header", Optional: true},
				{Name: "redirect", Type: "string", Optional: true}, {Name: "content", Type: "[]byte", Optional: true},
				{Name: "stream", Type: "bool", Optional: true}, {Name: "whole", Type: "bool", Optional: true},
			}},
			{Name: "Header", Kind: "struct", Fields: []desc.Var{{Name: "name", Type: "string"}, {Name: "value", Type: "string"}}},
			{Name: "Response", Kind: "struct", Doc: "Held says that the request's body was collected before it was sent. A redirection that a browser does not follow has the status 0.", Fields: []desc.Var{
				{Name: "status", Type: "int"}, {Name: "status_text", Type: "string"}, {Name: "headers", Type: "[]Header"},
				{Name: "url", Type: "string"}, {Name: "redirected", Type: "bool"}, {Name: "held", Type: "bool"}, {Name: "content", Type: "[]byte"},
			}},
		},
	}
}
