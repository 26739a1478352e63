package codec_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"reflect"
	"testing"
	"time"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/bus/codec"
	"github.com/bushel-wasm/bushel/bus/codec/cbor"
)

type sample struct {
	Name  string            `json:"name"`
	Data  []byte            `json:"data"`
	When  time.Time         `json:"when"`
	Wait  time.Duration     `json:"wait"`
	Of    map[string]uint64 `json:"of"`
	Below []sample          `json:"below,omitempty"`
}

func TestCodecs_roundTrip(t *testing.T) {
	in := sample{
		Name: "é", Data: []byte{0, 255}, When: time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC), Wait: time.Second,
		Of: map[string]uint64{"a": 1 << 63}, Below: []sample{{Name: "x"}},
	}
	for _, c := range []codec.Codec{codec.JSON, cbor.Codec} {
		t.Run(c.Format().String(), func(t *testing.T) {
			b, err := c.Marshal(in)
			if err != nil {
				t.Fatal(err)
			}
			var out sample
			if err := c.Unmarshal(b, &out); err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(in, out) {
				t.Errorf("%+v became %+v", in, out)
			}
			err = c.Unmarshal(b[:len(b)-1], &out)
			if bus.CodeOf(err) != bus.CodeInvalidArgument || !errors.Is(err, fs.ErrInvalid) {
				t.Errorf("a value cut short: %v", err)
			}
			if bus.ErrorOf(err).CrateNumber() != bus.CrateDeserialization {
				t.Errorf("the crate is told %d", bus.ErrorOf(err).CrateNumber())
			}
		})
	}
}

func TestRaw_takesBytesAlone(t *testing.T) {
	b, err := codec.Raw.Marshal([]byte("x"))
	if err != nil || string(b) != "x" {
		t.Errorf("%q, %v", b, err)
	}
	if _, err := codec.Raw.Marshal("x"); err == nil {
		t.Error("a string was taken")
	}
	var out []byte
	if err := codec.Raw.Unmarshal(b, &out); err != nil || string(out) != "x" {
		t.Errorf("%q, %v", out, err)
	}
}

func TestJSON_saysWhichValueIsWrong(t *testing.T) {
	var into struct {
		Wait  uint32            `json:"wait"`
		Name  string            `json:"name"`
		Below struct{ Ok bool } `json:"below"`
		Data  []byte            `json:"data"`
		Size  json.Number       `json:"size"`
		When  time.Time         `json:"when"`
	}
	for _, tt := range []struct{ in, want string }{
		{`{"wait":"x"}`, "wait is of the JSON type string, where a whole number of 32 bits, not below 0, is wanted"},
		{`{"wait":-1}`, "wait is of the JSON type number, where a whole number of 32 bits, not below 0, is wanted"},
		{`{"name":[]}`, "name is of the JSON type array, where a string is wanted"},
		{`{"below":{"Ok":1}}`, "below.Ok is of the JSON type number, where true or false is wanted"},
		{`{"data":1}`, "data is of the JSON type number, where a string in base64 is wanted"},
		{`{"size":[]}`, "size is of the JSON type array, where a number is wanted"},
		{`{"when":"today"}`, `"today" is no time in the form of RFC 3339`},
		{`7`, "the value is of the JSON type number, where an object is wanted"},
	} {
		t.Run(tt.in, func(t *testing.T) {
			if err := codec.JSON.Unmarshal([]byte(tt.in), &into); err == nil || bus.ErrorOf(err).Message != tt.want {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestCBOR_saysWhichValueIsWrong(t *testing.T) {
	type below struct {
		Ok bool `json:"ok"`
	}
	var into struct {
		Wait  uint32         `json:"wait"`
		Name  string         `json:"name"`
		Below below          `json:"below"`
		List  []int          `json:"list"`
		Of    map[string]int `json:"of"`
		Half  float64        `json:"half"`
		When  time.Time      `json:"when"`
	}
	for _, tt := range []struct {
		name string
		in   any
		want string
	}{
		{"a text for a number", map[string]any{"wait": "x"}, "wait has a text, where a whole number, not below 0, of 32 bits is wanted"},
		{"below zero", map[string]any{"wait": -1}, "wait has a number below 0, where a whole number, not below 0, of 32 bits is wanted"},
		{"a list for a text", map[string]any{"name": []int{1}}, "name has a list, where a text is wanted"},
		{"bytes for a text", map[string]any{"name": []byte{1}}, "name has bytes, where a text is wanted"},
		{"a number for a truth value", map[string]any{"below": map[string]any{"ok": 1}}, "below has a whole number, where true or false is wanted"},
		{"a number for a list", map[string]any{"list": 1}, "list has a whole number, where a list is wanted"},
		{"a truth value in a list", map[string]any{"list": []bool{true}}, "list has a fraction, a truth value or null, where a whole number of 64 bits is wanted"},
		{"a text for a map", map[string]any{"of": "x"}, "of has a text, where a map is wanted"},
		{"a text for a float", map[string]any{"half": "x"}, "half has a text, where a number is wanted"},
		{"a text for a time", map[string]any{"when": "to\x1bday"}, `"to\x1bday" is no time in the form of RFC 3339`},
		{"a number for all", 7, "the value is a whole number, where another type is wanted"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			body, err := cbor.Codec.Marshal(tt.in)
			if err != nil {
				t.Fatal(err)
			}
			if err := cbor.Codec.Unmarshal(body, &into); err == nil || bus.ErrorOf(err).Message != tt.want {
				t.Errorf("%v", err)
			}
		})
	}
}
