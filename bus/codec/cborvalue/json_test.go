package cborvalue_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/bushel-wasm/bushel/bus/codec/cborvalue"
	"github.com/bushel-wasm/bushel/bus/codec/jsontext"
)

func TestToJSON(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"00", "0"}, {"1bffffffffffffffff", "18446744073709551615"}, {"3903e7", "-1000"}, {"f5", "true"}, {"f7", "null"},
		{"f97c00", `"+Inf"`}, {"f97e00", `"NaN"`}, {"fb3ff199999999999a", "1.1"}, {"f90001", "5.960464477539063e-8"},
		{"4401020304", `"AQIDBA=="`}, {"5f42010243030405ff", `"AQIDBAU="`}, {"62c3bc", `"ü"`}, {"61ff", `"\ufffd"`},
		{"80", "[]"}, {"9f018202039f0405ffff", "[1,[2,3],[4,5]]"},
		{"a0", "{}"}, {"a3616202616101613003", `{"0":3,"a":1,"b":2}`}, {"bf6346756ef563416d7421ff", `{"Amt":-2,"Fun":true}`},
		{"a201020304", `{"1":2,"3":4}`}, {"a1820102f6", `{"[1,2]":null}`}, {"a2616101626162a0", `{"a":1,"ab":{}}`}, {"c11a514b67b0", "1363896240"},
	} {
		t.Run(test.text, func(t *testing.T) {
			data, err := hex.DecodeString(test.text)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := cborvalue.ToJSON(data, nil); err != nil || string(got) != test.want {
				t.Errorf("%s, %v; want %s", got, err, test.want)
			}
		})
	}
}

func TestFromJSON(t *testing.T) {
	for _, test := range []struct {
		text string
		want any
	}{
		{"null", nil}, {" [true,false] ", []any{true, false}}, {"-7", int64(-7)}, {"18446744073709551615", uint64(1<<64 - 1)},
		{"1e2", 100.0}, {"18446744073709551616", 18446744073709551616.0}, {"1e999", "1e999"},
		{`"a\nä\ud83d\ude00"`, "a\nä😀"}, {"[[],{},[1,[2]]]", []any{[]any{}, []cborvalue.Pair{}, []any{int64(1), []any{int64(2)}}}},
		{`{"b":{"c":[1,2]},"a":"x"}`, []cborvalue.Pair{{Key: "b", Value: []cborvalue.Pair{{Key: "c", Value: []any{int64(1), int64(2)}}}}, {Key: "a", Value: "x"}}},
	} {
		t.Run(test.text, func(t *testing.T) {
			data, err := cborvalue.FromJSON([]byte(test.text), nil)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := cborvalue.Decode(data); err != nil || !reflect.DeepEqual(got, test.want) {
				t.Errorf("%#v, %v; want %#v", got, err, test.want)
			}
		})
	}
	if data, err := cborvalue.FromJSON([]byte("[1"), nil); err == nil {
		t.Errorf("a text that is cut is % x", data)
	}
}

// FuzzToJSON has whatever Decode reads be JSON, and the other way round.
func FuzzToJSON(f *testing.F) {
	for _, text := range []string{"a201020304", "9f018202039f0405ffff", "5f42010243030405ff", "61ff", "a1a0a0", "c1c1f97e00"} {
		data, err := hex.DecodeString(text)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		text, err := cborvalue.ToJSON(data, nil)
		_, decodes := cborvalue.Decode(data)
		if decodes == nil && err != nil || err != nil && !errors.Is(err, cborvalue.ErrMalformed) {
			t.Fatalf("% x: %v, %v", data, err, decodes)
		}
		if err != nil {
			return
		}
		if !json.Valid(text) {
			t.Fatalf("% x is %s", data, text)
		}
		again, err := cborvalue.FromJSON(text, nil)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if _, err := cborvalue.ToJSON(again, nil); err != nil && !strings.Contains(err.Error(), "one within another") {
			t.Errorf("%s: % x: %v", text, again, err)
		}
	})
}

// TestJSON_works has long values be turned in small steps.
func TestJSON_works(t *testing.T) {
	list := append(bytes.Repeat([]byte("[1],"), 300_000), '1')
	for name, text := range map[string][]byte{
		"a list":  append(append([]byte{'['}, list...), ']'),
		"a text":  jsontext.AppendString(nil, list, nil),
		"members": append(append([]byte(`{"":0`), bytes.Repeat([]byte(`,"b":0,"a":1`), 100_000)...), '}'),
	} {
		t.Run(name, func(t *testing.T) {
			units, most := 0, 0
			work := func(n int) bool { units += n; most = max(most, n); return true }
			data, err := cborvalue.FromJSON(text, work)
			if err != nil || units < len(text) {
				t.Errorf("to CBOR: %d units of work, %v", units, err)
			}
			units = 0
			got, err := cborvalue.ToJSON(data, work)
			if err != nil || !bytes.Equal(got, text) || units < len(data) || most > 64<<10 {
				t.Errorf("to JSON: %d bytes, %d units of work, in steps of at most %d, %v", len(got), units, most, err)
			}
		})
	}
}
