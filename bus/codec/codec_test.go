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
	}
	for _, tt := range []struct{ in, want string }{
		{`{"wait":"x"}`, "wait is of the JSON type string, where a whole number of 32 bits, not below 0, is wanted"},
		{`{"wait":-1}`, "wait is of the JSON type number, where a whole number of 32 bits, not below 0, is wanted"},
		{`{"name":[]}`, "name is of the JSON type array, where a string is wanted"},
		{`{"below":{"Ok":1}}`, "below.Ok is of the JSON type number, where true or false is wanted"},
		{`{"data":1}`, "data is of the JSON type number, where a string in base64 is wanted"},
		{`{"size":[]}`, "size is of the JSON type array, where a number is wanted"},
		{`7`, "the value is of the JSON type number, where an object is wanted"},
	} {
		t.Run(tt.in, func(t *testing.T) {
			if err := codec.JSON.Unmarshal([]byte(tt.in), &into); err == nil || bus.ErrorOf(err).Message != tt.want {
				t.Errorf("%v", err)
			}
		})
	}
}
