package osprocess

import (
	"testing"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/bus/codec/bincode"
)

// FuzzDecodeSpawn reads the argument of the crates' Pool.spawn.
func FuzzDecodeSpawn(f *testing.F) {
	b := bincode.AppendUint64(bincode.AppendBytes(nil, "/bin/cat"), 1)
	b = bincode.AppendBytes(bincode.AppendBool(bincode.AppendBool(bincode.AppendBytes(b, "-n"), true), true), "/tmp")
	for _, m := range []uint32{0, 1, 2} {
		b = bincode.AppendUint32(b, m)
	}
	f.Add(bincode.AppendBytes(bincode.AppendUint64(b, 1), "/home"))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		o, err := decodeSpawn(data)
		if err != nil {
			if bus.ErrorOf(err).CrateNumber() != bus.CrateDeserialization {
				t.Errorf("%v", err)
			}
			return
		}
		if len(o.path) > len(data) || 8*len(o.args) > len(data) || 8*(len(o.dirs)-1) > len(data) {
			t.Errorf("%d bytes became %+v", len(data), o)
		}
		for _, m := range o.modes {
			if m >= numModes {
				t.Errorf("the mode %d", m)
			}
		}
	})
}
