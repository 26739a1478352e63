package cborvalue_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/bushel-wasm/bushel/bus/codec/cbor"
	"github.com/bushel-wasm/bushel/bus/codec/cborvalue"
)

// The vectors are of RFC 8949, appendix A.
func TestDecode(t *testing.T) {
	tests := []struct {
		text string
		want any
	}{
		{"00", int64(0)}, {"1818", int64(24)}, {"1903e8", int64(1000)}, {"1b000000e8d4a51000", int64(1000000000000)},
		{"1bffffffffffffffff", uint64(math.MaxUint64)}, {"20", int64(-1)}, {"3903e7", int64(-1000)},
		{"3bffffffffffffffff", -18446744073709551616.0},
		{"f93e00", 1.5}, {"f90001", 5.960464477539063e-8}, {"f9c400", -4.0}, {"f97c00", math.Inf(1)},
		{"fa47c35000", 100000.0}, {"fb3ff199999999999a", 1.1},
		{"f4", false}, {"f5", true}, {"f6", nil}, {"f7", nil},
		{"4401020304", []byte{1, 2, 3, 4}}, {"62c3bc", "ü"}, {"60", ""},
		{"5f42010243030405ff", []byte{1, 2, 3, 4, 5}}, {"7f657374726561646d696e67ff", "streaming"},
		{"80", []any{}}, {"8301820203820405", []any{int64(1), []any{int64(2), int64(3)}, []any{int64(4), int64(5)}}},
		{"9f018202039f0405ffff", []any{int64(1), []any{int64(2), int64(3)}, []any{int64(4), int64(5)}}},
		{"a201020304", []cborvalue.Pair{{Key: int64(1), Value: int64(2)}, {Key: int64(3), Value: int64(4)}}},
		{"bf6346756ef563416d7421ff", []cborvalue.Pair{{Key: "Fun", Value: true}, {Key: "Amt", Value: int64(-2)}}},
		{"c11a514b67b0", int64(1363896240)},
	}
	for _, test := range tests {
		t.Run(test.text, func(t *testing.T) {
			data, err := hex.DecodeString(test.text)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := cborvalue.Decode(data); err != nil || !reflect.DeepEqual(got, test.want) {
				t.Errorf("%#v, %v; want %#v", got, err, test.want)
			}
		})
	}
}

func TestDecode_malformed(t *testing.T) {
	tests := []struct{ name, text string }{
		{"nothing", ""}, {"cut in the number", "19ff"}, {"cut in a text", "6361"}, {"cut in a list", "8301"},
		{"two values", "0000"}, {"a wild length", "9bffffffffffffffff"}, {"a wild text", "7bffffffffffffffff"},
		{"reserved", "1c"}, {"a stop alone", "ff"}, {"no end", "9f01"}, {"another type's piece", "5f6161ff"},
		{"not UTF-8", "61ff"}, {"a simple value", "f0"}, {"deep", strings.Repeat("81", 1000) + "00"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			data, err := hex.DecodeString(test.text)
			if err != nil {
				t.Fatal(err)
			}
			if v, err := cborvalue.Decode(data); !errors.Is(err, cborvalue.ErrMalformed) {
				t.Errorf("%#v, %v; want ErrMalformed", v, err)
			}
		})
	}
}

// TestAppend compares with the library.
func TestAppend(t *testing.T) {
	values := []any{
		nil, true, int64(-7), uint64(math.MaxUint64), 1.5, 0.1, "text", []byte("bytes"),
		[]any{int64(1), "two", nil}, map[string]any{"b": int64(300)}, map[string]any{"a": []any{}},
	}
	for _, v := range values {
		b, err := cborvalue.Append(nil, v)
		if err != nil {
			t.Fatal(err)
		}
		var got any
		if err := cbor.Codec.Unmarshal(b, &got); err != nil {
			t.Errorf("%#v is % x, which the library refuses: %v", v, b, err)
		}
		again, err := cbor.Codec.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		back, err := cborvalue.Decode(again)
		if err != nil {
			t.Errorf("% x of the library: %v", again, err)
		}
		if two, _ := cborvalue.Append(nil, back); !bytes.Equal(two, b) {
			t.Errorf("%#v is % x, and % x by way of the library", v, b, two)
		}
	}
	if _, err := cborvalue.Append(nil, struct{}{}); err == nil {
		t.Error("a struct was written")
	}
}

// FuzzDecode checks that what is read can be written, and is read again as the same.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{"8301820203820405", "bf6346756ef563416d7421ff", "fb3ff199999999999a", "c11a514b67b0", "7f657374726561646d696e67ff"} {
		data, _ := hex.DecodeString(seed)
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		v, err := cborvalue.Decode(data)
		if err != nil {
			return
		}
		b, err := cborvalue.Append(nil, v)
		if err != nil {
			t.Fatal(err)
		}
		again, err := cborvalue.Decode(b)
		if err != nil {
			t.Fatal(err)
		}
		if c, _ := cborvalue.Append(nil, again); !bytes.Equal(b, c) {
			t.Errorf("% x, then % x", b, c)
		}
	})
}
