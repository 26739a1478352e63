package bincode_test

import (
	"encoding/hex"
	"errors"
	"testing"

	"github.com/bushel-wasm/bushel/bus/codec/bincode"
)

// record is what the tests read and write: a usize, an Option<String>, a Vec<bool> and the
// number of a variant.
type record struct {
	n       uint64
	text    string
	some    bool
	flags   int
	variant uint32
}

func read(data []byte) (record, error) {
	r := bincode.NewReader(data)
	v := record{n: r.Uint64(), some: r.Bool()}
	if v.some {
		v.text = r.String()
	}
	for range r.Len(1) {
		if r.Bool() {
			v.flags++
		}
	}
	v.variant = r.Uint32()
	return v, r.End()
}

func TestReader(t *testing.T) {
	good := "0500000000000000" + "01" + "0300000000000000" + "616263" + "0200000000000000" + "0100" + "07000000"
	tests := []struct {
		name, hex string
		ok        bool
	}{
		{"a value", good, true},
		{"cut off", good[:len(good)-2], false},
		{"lengthened", good + "00", false},
		{"empty", "", false},
		{"a bool of two", "0500000000000000" + "02", false},
		{"a wild length", "0500000000000000" + "01" + "ffffffffffffffff" + "616263", false},
		{"a text that is none", "0500000000000000" + "01" + "0100000000000000" + "ff" + "0000000000000000" + "07000000", false},
		{"a wild list", "0500000000000000" + "00" + "ffffffffffffff7f", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			data, err := hex.DecodeString(test.hex)
			if err != nil {
				t.Fatal(err)
			}
			v, err := read(data)
			if !test.ok {
				if !errors.Is(err, bincode.ErrMalformed) {
					t.Errorf("%+v, %v", v, err)
				}
				return
			}
			want := record{5, "abc", true, 1, 7}
			if err != nil || v != want {
				t.Errorf("%+v, %v; want %+v", v, err, want)
			}
			b := bincode.AppendBytes(bincode.AppendBool(bincode.AppendUint64(nil, 5), true), "abc")
			b = bincode.AppendBool(bincode.AppendBool(bincode.AppendUint64(b, 2), true), false)
			if b = bincode.AppendUint32(b, 7); hex.EncodeToString(b) != test.hex {
				t.Errorf("written as %x", b)
			}
		})
	}
}

func FuzzReader(f *testing.F) {
	f.Add([]byte{5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0})
	f.Fuzz(func(t *testing.T, data []byte) {
		if v, err := read(data); err == nil && v.flags > len(data) {
			t.Errorf("%+v of %d bytes", v, len(data))
		}
	})
}
