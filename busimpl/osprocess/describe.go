package osprocess

import "github.com/bushel-wasm/bushel/bus/desc"

// describe is the service's description.
func describe() desc.Service {
	return desc.Service{
		Name: "os.process/1", Format: "cbor",
		Doc: "Programs that a program starts: its children, with its limits and in its group.",
		Methods: []desc.Method{{
			Name: "Spawn",
			Doc: "Spawn starts a program: path has a slash, or is looked up along PATH. env is a list of NAME=value, the caller's if it is missing. " +
				"stdin, stdout and stderr are pipe (a stream of the call), inherit, null or log; without them, null, pipe and pipe. " +
				"left says what the child gets when the object is closed or the caller ends: hangup (the default), kill, or keep for nothing.",
			Params: []desc.Var{
				{Name: "path", Type: "string"}, {Name: "args", Type: "[]string", Optional: true}, {Name: "env", Type: "[]string", Optional: true}, {Name: "cwd", Type: "string", Optional: true},
				{Name: "stdin", Type: "string", Optional: true}, {Name: "stdout", Type: "string", Optional: true}, {Name: "stderr", Type: "string", Optional: true}, {Name: "left", Type: "string", Optional: true},
				{Name: "input", Kind: desc.KindBytes, Stream: StreamStdin},
			},
			Results: []desc.Var{
				{Name: "id", Type: "int"},
				{Name: "child", Kind: desc.KindObject, Type: "Child"},
				{Name: "output", Kind: desc.KindBytes, Stream: StreamStdout},
				{Name: "errors", Kind: desc.KindBytes, Stream: StreamStderr},
			},
		}},
		Objects: []desc.Object{{
			Name: "Child", Doc: "A program that was started.",
			Methods: []desc.Method{
				{Name: "Wait", Doc: "Wait waits for the child's end: its exit code, 128 and more with the name of the signal that ended it.",
					Results: []desc.Var{{Name: "code", Type: "int"}, {Name: "signal", Type: "string"}}},
				{Name: "Kill", Doc: "Kill sends a signal, by its name or number; TERM if none is named.",
					Params: []desc.Var{{Name: "signal", Type: "string", Optional: true}}},
			},
		}},
	}
}
