package bus

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// Flags of frames on a bus link, in the header's bytes 6 and 7.
const (
	// FlagKeep on a Call: the caller wants an object, so the call is to stay open when it
	// is answered. Who knows by itself what its methods return need not look at it.
	FlagKeep uint16 = 1
	// FlagOpen on a Result: the call returned an object or goes on with streams, and
	// stays open.
	FlagOpen uint16 = 1
	// FlagEnd on Data: this side sends no more of the stream. There is no body but
	// with FlagError.
	FlagEnd uint16 = 1
	// FlagMore on Data: the item goes on in the next piece of the stream.
	FlagMore uint16 = 2
	// FlagError on Data, with FlagEnd: the stream failed; the body is a Fault's payload.
	FlagError uint16 = 4
	// FlagStop on Credit: the reader wants no more; what comes is dropped.
	FlagStop uint16 = 1
)

// Version is the version of the protocol that [Hello] names.
const Version = 1

// Sizes of the fixed parts of payloads, in bytes.
const (
	callHead   = 12
	faultHead  = 12
	dataHead   = 4
	creditSize = 8
	helloSize  = 12
	metaSize   = 24
)

// ErrPayload is wrapped by the errors of payloads that are no such thing.
var ErrPayload = errors.New("bad payload")

var le = binary.LittleEndian

// Meta is what comes with a call besides its arguments. The kernel fills it in; what
// a guest sends of it is a hint at most.
type Meta struct {
	Caller uint32 // the caller's pid, 0 if it is not known
	Depth  uint32 // how many calls wait for this one
	Call   uint64 // the call's number on this bus, for traces
	Cause  uint64 // the number of the call in whose service this one is made, or 0
}

// CallHead is the first part of a Call's or Notify's payload:
//
//	0  4  parent: the id of the open call that this one belongs to, or 0
//	4  4  timeout in milliseconds, or 0
//	8  1  length of the package's name
//	9  1  zero
//	10 2  length of the meta data, 0 or at least 24
//	12    the package's name, the meta data, then the body to the end
//
// The meta data are
//
//	0  4  caller
//	4  4  depth
//	8  8  call
//	16 8  cause
//
// and what follows in them is left out by who does not know it. A call with a parent
// names no package.
type CallHead struct {
	Parent  uint32
	Timeout uint32
	Package string
	Meta    Meta
	HasMeta bool
	// Flags are those of the frame's header; [DecodeCall], which has the payload alone,
	// leaves them 0.
	Flags uint16 `json:"-"`
}

// size is the length of the head on the wire.
func (h *CallHead) size() int {
	n := callHead + len(h.Package)
	if h.HasMeta {
		n += metaSize
	}
	return n
}

// MaxPackage is the longest name of a package, in bytes.
const MaxPackage = 255

// AppendCall appends a Call, or a Notify if id is 0, to b.
func AppendCall(b []byte, id uint32, method Method, format Format, h *CallHead, body []byte) []byte {
	kind := KindCall
	if id == 0 {
		kind = KindNotify
	}
	b = AppendHeader(b, kind, uint8(format), h.Flags, id, method, h.size()+len(body))
	b = le.AppendUint32(b, h.Parent)
	b = le.AppendUint32(b, h.Timeout)
	b = append(b, byte(len(h.Package)), 0)
	if h.HasMeta {
		b = le.AppendUint16(b, metaSize)
	} else {
		b = le.AppendUint16(b, 0)
	}
	b = append(b, h.Package...)
	if h.HasMeta {
		b = le.AppendUint32(b, h.Meta.Caller)
		b = le.AppendUint32(b, h.Meta.Depth)
		b = le.AppendUint64(b, h.Meta.Call)
		b = le.AppendUint64(b, h.Meta.Cause)
	}
	return append(b, body...)
}

// DecodeCall reads the payload of a Call or Notify. The body aliases it.
func DecodeCall(p []byte) (h CallHead, body []byte, err error) {
	if len(p) < callHead {
		return h, nil, fmt.Errorf("%w: a call of %d bytes", ErrPayload, len(p))
	}
	name, meta := int(p[8]), int(le.Uint16(p[10:]))
	if callHead+name+meta > len(p) || p[9] != 0 || meta != 0 && meta < metaSize {
		return h, nil, fmt.Errorf("%w: a call of %d bytes with a name of %d and %d bytes about it", ErrPayload, len(p), name, meta)
	}
	h.Parent, h.Timeout = le.Uint32(p), le.Uint32(p[4:])
	h.Package = string(p[callHead : callHead+name])
	if h.Parent != 0 && name != 0 {
		return h, nil, fmt.Errorf("%w: a call with a parent names the package %q", ErrPayload, h.Package)
	}
	if m := p[callHead+name:]; meta != 0 {
		h.HasMeta = true
		h.Meta = Meta{le.Uint32(m), le.Uint32(m[4:]), le.Uint64(m[8:]), le.Uint64(m[16:])}
	}
	return h, p[callHead+name+meta:], nil
}

// AppendFault appends the Fault of call id to b; id 0 is the link's own. Its payload is
//
//	0  1  code
//	1  1  the crate's number, or 0
//	2  2  WASI's error number, or 0
//	4  1  number of a sentinel, or 0
//	5  3  zero
//	8  4  length of the message
//	12    the message, then details, in the frame's format, to the end
func AppendFault(b []byte, id uint32, e *Error) []byte {
	b = AppendHeader(b, KindFault, uint8(e.Format), 0, id, Method{}, faultHead+len(e.Message)+len(e.Details))
	return appendError(b, e)
}

func appendError(b []byte, e *Error) []byte {
	b = append(b, byte(e.Code), byte(e.Crate))
	b = le.AppendUint16(b, e.Errno)
	b = append(b, byte(e.sentinel), 0, 0, 0)
	b = le.AppendUint32(b, uint32(len(e.Message)))
	b = append(b, e.Message...)
	return append(b, e.Details...)
}

// DecodeFault reads the payload of a Fault. What it returns shares nothing with it.
func DecodeFault(format Format, p []byte) (*Error, error) {
	if len(p) < faultHead || uint64(le.Uint32(p[8:])) > uint64(len(p)-faultHead) {
		return nil, fmt.Errorf("%w: a fault of %d bytes", ErrPayload, len(p))
	}
	n := faultHead + int(le.Uint32(p[8:]))
	e := &Error{
		Code: Code(p[0]), Crate: Crate(p[1]), Errno: le.Uint16(p[2:]), sentinel: sentinel(p[4]),
		Message: string(p[faultHead:n]), Format: format,
	}
	if n < len(p) {
		e.Details = append([]byte(nil), p[n:]...)
	}
	if e.Code == 0 || int(e.Code) >= len(codeNames) {
		e.Code = CodeUnknown
	}
	return e, nil
}

// AppendData appends a piece of stream number stream of call id to b.
func AppendData(b []byte, id, stream uint32, flags uint16, format Format, body []byte) []byte {
	b = AppendHeader(b, KindData, uint8(format), flags, id, Method{}, dataHead+len(body))
	b = le.AppendUint32(b, stream)
	return append(b, body...)
}

// DecodeData reads the payload of a Data frame. The body aliases it.
func DecodeData(p []byte) (stream uint32, body []byte, err error) {
	if len(p) < dataHead {
		return 0, nil, fmt.Errorf("%w: data of %d bytes", ErrPayload, len(p))
	}
	return le.Uint32(p), p[dataHead:], nil
}

// AppendCredit appends the leave to send n more bytes of a stream to b.
func AppendCredit(b []byte, id, stream, n uint32, flags uint16) []byte {
	b = AppendHeader(b, KindCredit, 0, flags, id, Method{}, creditSize)
	b = le.AppendUint32(b, stream)
	return le.AppendUint32(b, n)
}

// DecodeCredit reads the payload of a Credit frame.
func DecodeCredit(p []byte) (stream, n uint32, err error) {
	if len(p) != creditSize {
		return 0, 0, fmt.Errorf("%w: credit of %d bytes", ErrPayload, len(p))
	}
	return le.Uint32(p), le.Uint32(p[4:]), nil
}

// AppendClose appends the Close of call id to b.
func AppendClose(b []byte, id uint32) []byte {
	return AppendHeader(b, KindClose, 0, 0, id, Method{}, 0)
}

// Hello is the first frame that either side of a bus link sends, without waiting for
// the other's:
//
//	0  2  version
//	2  2  zero
//	4  4  the longest frame that this side takes, in bytes
//	8  4  how many calls the other side may have open
//
// What follows is left out by who does not know it.
type Hello struct {
	Version  uint16
	MaxFrame uint32
	MaxCalls uint32
}

// AppendHello appends a Hello to b.
func AppendHello(b []byte, h *Hello) []byte {
	b = AppendHeader(b, KindHello, 0, 0, 0, Method{}, helloSize)
	b = le.AppendUint16(b, h.Version)
	b = le.AppendUint16(b, 0)
	b = le.AppendUint32(b, h.MaxFrame)
	return le.AppendUint32(b, h.MaxCalls)
}

// DecodeHello reads the payload of a Hello.
func DecodeHello(p []byte) (h Hello, err error) {
	if len(p) < helloSize {
		return h, fmt.Errorf("%w: a hello of %d bytes", ErrPayload, len(p))
	}
	return Hello{le.Uint16(p), le.Uint32(p[4:]), le.Uint32(p[8:])}, nil
}
