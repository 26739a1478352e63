package osaudio

import "github.com/bushel-wasm/bushel/bus/desc"

// describe is the service's description.
func describe() desc.Service {
	state := []desc.Var{{Name: "state", Type: "State"}}
	return desc.Service{
		Name: "os.audio/1", Format: "cbor",
		Doc: "Sound: the page's, by an AudioWorklet; natively a file.",
		Methods: []desc.Method{{
			Name: "Open",
			Doc:  "Open opens a stream that plays pcm: frames of samples of 16 bits, signed, low byte first. The end of pcm is that of the sound; to close the stream ends it at once. waiting says that nothing is heard before the page's user clicks or presses a key.",
			Params: []desc.Var{
				{Name: "rate", Type: "int"},
				{Name: "channels", Type: "int"},
				{Name: "pcm", Kind: desc.KindBytes, Stream: streamPCM},
			},
			Results: []desc.Var{
				{Name: "waiting", Type: "bool"},
				{Name: "stream", Kind: desc.KindObject, Type: "Stream"},
			},
		}},
		Objects: []desc.Object{{
			Name: "Stream", Doc: "Stream is an open stream.",
			Methods: []desc.Method{
				{Name: "State", Doc: "State says how far the stream is.", Results: state},
				{Name: "Pause", Doc: "Pause stops the sound where it is, or lets it go on.", Params: []desc.Var{{Name: "paused", Type: "bool"}}},
				{Name: "Volume", Doc: "Volume sets how loud it is: 0 is silent, 1 as written, 4 the most.", Params: []desc.Var{{Name: "volume", Type: "float64"}}},
				{Name: "Drain", Doc: "Drain returns when pcm has ended and all of it was heard.", Results: state},
			},
		}},
		Types: []desc.Type{{
			Name: "State", Kind: "struct", Doc: "Played and buffered are frames: what was heard, and what was written and not heard yet. Starved counts how often the sound broke off because no samples were there.",
			Fields: []desc.Var{{Name: "waiting", Type: "bool"}, {Name: "paused", Type: "bool"}, {Name: "played", Type: "int64"}, {Name: "buffered", Type: "int64"}, {Name: "starved", Type: "int64"}},
		}},
	}
}
