// Package desc is the description of what a peer of the bus serves, as [bus.MethodDescribe]
// answers it in JSON: what the generator writes, and what the shell and the page read.
package desc

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/bushel-wasm/bushel/bus/codec/jsontext"
)

// Description is all that a peer serves.
type Description struct {
	Services []Service `json:"services"`
}

// Service is a set of methods under one name.
type Service struct {
	Name    string   `json:"name"`             // "service/major"
	Doc     string   `json:"doc,omitempty"`    // for people
	Format  string   `json:"format,omitempty"` // of arguments and results; "cbor" if it is empty
	Methods []Method `json:"methods"`
	Objects []Object `json:"objects,omitempty"` // what its methods return and take
	Types   []Type   `json:"types,omitempty"`   // the structs that parameters and results name
}

// Object is what lives as long as the call that returned it.
type Object struct {
	Name    string   `json:"name"`
	Doc     string   `json:"doc,omitempty"`
	Methods []Method `json:"methods"`
}

// Method is one method of a service or an object.
type Method struct {
	Name       string `json:"name"` // its full name is service.Name + "." + Name, of objects service.Name + "." + object.Name + "." + Name
	ID         string `json:"id"`   // 32 hexadecimal digits, see bus.MethodOf
	Doc        string `json:"doc,omitempty"`
	Deprecated bool   `json:"deprecated,omitempty"`
	Notify     bool   `json:"notify,omitempty"` // it has no answer
	Params     []Var  `json:"params,omitempty"`
	Results    []Var  `json:"results,omitempty"`
}

// Kinds of a [Var].
const (
	KindValue    = ""         // a value in the body, the member Name of its map
	KindObject   = "object"   // the call stays open; Type is the object's name
	KindCallback = "callback" // calls back along the call; Callback is the method
	KindBytes    = "bytes"    // a stream of bytes, number Stream of the call
	KindItems    = "items"    // a stream of items of Type, number Stream of the call
)

// Var is a parameter or a result.
type Var struct {
	// Nobody compares two: without this, each list that is written by hand brings code that would.
	_ [0]func()

	Name     string  `json:"name"`
	Kind     string  `json:"kind,omitempty"`
	Type     string  `json:"type,omitempty"` // Go's notation, with the names of Types
	Stream   uint32  `json:"stream,omitempty"`
	Callback *Method `json:"callback,omitempty"`
	Doc      string  `json:"doc,omitempty"`      // of a field
	Optional bool    `json:"optional,omitempty"` // a field or parameter that may be left out
}

// Type is a struct, or a named type of another kind.
type Type struct {
	Name   string `json:"name"`
	Doc    string `json:"doc,omitempty"`
	Kind   string `json:"kind"` // "struct" or the underlying type
	Fields []Var  `json:"fields,omitempty"`
	Values []Enum `json:"values,omitempty"` // the named constants
}

// Enum is a named constant of a type.
type Enum struct {
	Name  string `json:"name"`
	Value any    `json:"value"`
	Doc   string `json:"doc,omitempty"`
}

// These are what a description may have, which comes from a package that may write what it
// likes.
const (
	maxSize  = 256 << 10 // bytes
	maxParts = 4 << 10   // services, methods, parameters, fields …
	maxName  = 200       // bytes of a service's name, which all its methods' begin with
)

// outline is a description whose larger parts have not been read yet.
type outline struct {
	Services []struct {
		Service
		Methods []json.RawMessage `json:"methods"`
		Objects []json.RawMessage `json:"objects"`
		Types   []json.RawMessage `json:"types"`
	} `json:"services"`
}

// Parse reads a description. One that is longer than 256 KiB, or has more than 4,096 parts, is
// none. It reads part by part: work is told of the bytes of each, and may wait.
func Parse(data []byte, work jsontext.Work) (*Description, error) {
	d, err := parse(data, work)
	if err != nil {
		return nil, fmt.Errorf("read a description: %w", err)
	}
	return d, nil
}

func parse(data []byte, work jsontext.Work) (*Description, error) {
	switch {
	case len(data) > maxSize:
		return nil, fmt.Errorf("it is longer than %d KiB", maxSize>>10)
	case bytes.Count(data, []byte("{")) > maxParts:
		return nil, fmt.Errorf("it has more than %d parts", maxParts)
	}
	var o outline
	if err := json.Unmarshal(data, &o); err != nil {
		return nil, err
	}
	work(partUnits / 4 * len(data))
	d := new(Description)
	for _, s := range o.Services {
		if len(s.Name) > maxName {
			return nil, fmt.Errorf("a service's name is longer than %d bytes", maxName)
		}
		err := errors.Join(
			parts(s.Methods, &s.Service.Methods, work),
			parts(s.Objects, &s.Service.Objects, work),
			parts(s.Types, &s.Service.Types, work))
		if err != nil {
			return nil, err
		}
		d.Services = append(d.Services, s.Service)
	}
	return d, nil
}

// partUnits is the work of a byte of a part.
const partUnits = 16

// parts reads the parts of a description of one kind.
func parts[T any](texts []json.RawMessage, to *[]T, work jsontext.Work) error {
	for _, text := range texts {
		var part T
		if err := json.Unmarshal(text, &part); err != nil {
			return err
		}
		*to = append(*to, part)
		work(partUnits * len(text))
	}
	return nil
}

// FullName is the name whose hash is m's number; object is empty for a method of the
// service itself.
func (s *Service) FullName(object string, m *Method) string {
	if object != "" {
		return s.Name + "." + object + "." + m.Name
	}
	if m.Name == s.Name {
		return m.Name // a method of the Rust crates, which is a service of its own
	}
	return s.Name + "." + m.Name
}
