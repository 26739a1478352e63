package sys

import (
	"encoding/binary"
	"errors"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/kernel/errno"
)

// The wire form of a request is a bus Call (or Notify) frame of the reserved
// method Op with the payload
//
//	 0  48  a0 to a5
//	48   4  length of path
//	52      path, then data to the end
//
// and the format 1 if it is made aside (see [Request]), 0 if not, and that of a reply a Result frame with the payload
//
//	0   2  errno
//	2   6  zero
//	8  24  v0 to v2
//	32     data to the end
const (
	requestHead = 52
	replyHead   = 32

	formatAside = 1
)

// ErrWire is the error of every decoder in this package.
var ErrWire = errors.New("sys: malformed record")

var le = binary.LittleEndian

// AppendRequest appends r's frame to b.
func AppendRequest(b []byte, kind bus.Kind, lane uint16, id uint32, r *Request) []byte {
	n := requestHead + len(r.Path) + len(r.Data)
	var format uint8
	if r.Aside {
		format = formatAside
	}
	b = bus.AppendHeader(b, kind, format, lane, id, bus.Reserved(uint32(r.Op)), n)
	for _, a := range r.Args {
		b = le.AppendUint64(b, a)
	}
	b = le.AppendUint32(b, uint32(len(r.Path)))
	b = append(b, r.Path...)
	return append(b, r.Data...)
}

// DecodeRequest reads the format and the payload of a Call or Notify frame of method op. r.Data
// aliases the payload.
func DecodeRequest(op Op, format uint8, payload []byte) (r Request, err error) {
	if len(payload) < requestHead {
		return r, ErrWire
	}
	r.Op, r.Aside = op, format == formatAside
	for i := range r.Args {
		r.Args[i] = le.Uint64(payload[8*i:])
	}
	n := le.Uint32(payload[48:])
	rest := payload[requestHead:]
	if uint64(n) > uint64(len(rest)) {
		return r, ErrWire
	}
	r.Path = string(rest[:n])
	r.Data = rest[n:]
	return r, nil
}

// AppendReply appends the Result frame of call id to b.
func AppendReply(b []byte, lane uint16, id uint32, r *Reply) []byte {
	b = bus.AppendHeader(b, bus.KindResult, 0, lane, id, bus.Method{}, replyHead+len(r.Data))
	b = le.AppendUint64(b, uint64(r.Errno))
	for _, v := range r.Vals {
		b = le.AppendUint64(b, v)
	}
	return append(b, r.Data...)
}

// DecodeReply reads the payload of a Result frame. Its data aliases the payload.
func DecodeReply(payload []byte) (r Reply, err error) {
	if len(payload) < replyHead {
		return r, ErrWire
	}
	r.Errno = errno.Errno(le.Uint16(payload))
	for i := range r.Vals {
		r.Vals[i] = le.Uint64(payload[8+8*i:])
	}
	r.Data = payload[replyHead:]
	return r, nil
}

// appendString appends s with its length before it.
func appendString(b []byte, s string) []byte {
	b = le.AppendUint32(b, uint32(len(s)))
	return append(b, s...)
}

func appendStrings(b []byte, list []string) []byte {
	b = le.AppendUint32(b, uint32(len(list)))
	for _, s := range list {
		b = appendString(b, s)
	}
	return b
}

// reader reads a record and remembers that it was too short.
type reader struct {
	b   []byte
	bad bool
}

func (r *reader) take(n uint64) []byte {
	if r.bad || n > uint64(len(r.b)) {
		r.bad = true
		return nil
	}
	head := r.b[:n]
	r.b = r.b[n:]
	return head
}

func (r *reader) u16() uint16 {
	if b := r.take(2); b != nil {
		return le.Uint16(b)
	}
	return 0
}

func (r *reader) u32() uint32 {
	if b := r.take(4); b != nil {
		return le.Uint32(b)
	}
	return 0
}

func (r *reader) u64() uint64 {
	if b := r.take(8); b != nil {
		return le.Uint64(b)
	}
	return 0
}

func (r *reader) str() string { return string(r.take(uint64(r.u32()))) }

func (r *reader) strs() []string {
	n := r.u32()
	if uint64(n)*4 > uint64(len(r.b)) {
		r.bad = true
		return nil
	}
	list := make([]string, 0, n)
	for range n {
		list = append(list, r.str())
	}
	return list
}

// end is the record's verdict: it must have been read whole.
func (r *reader) end() error {
	if r.bad || len(r.b) != 0 {
		return ErrWire
	}
	return nil
}
