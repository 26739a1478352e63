package bus

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// Kind says what a frame is. The set is append-only: a number is never reused.
type Kind uint8

// The kinds of frame.
const (
	KindCall   Kind = 1 // asks for a method; ends in exactly one Result or Fault
	KindResult Kind = 2 // the one answer of a call
	KindFault  Kind = 3 // the one failure of a call
	KindNotify Kind = 4 // asks for a method and wants no answer
	KindCredit Kind = 5 // gives the peer leave to send more of a stream, or tells it to stop
	KindClose  Kind = 6 // the caller gives up a call; the callee ends one that is open
	KindData   Kind = 7 // a piece of a stream of a call
	KindHello  Kind = 8 // the first frame from either side of a bus link
)

// KindOptional is set in kinds of frames that a peer which does not know them
// leaves out; any other unknown kind ends the link.
const KindOptional Kind = 0x80

// HeaderSize is the length of a frame's header in bytes.
const HeaderSize = 28

// MaxFrame is the longest frame that a peer accepts, in bytes.
const MaxFrame = 64 << 20

// Method names what a call asks for: the start of the SHA-256 of its full
// name, or a [Reserved] number.
type Method [16]byte

// Reserved is the method number n of the reserved service, the system calls.
// Its first twelve bytes are zero, which no real hash begins with.
func Reserved(n uint32) (m Method) {
	binary.LittleEndian.PutUint32(m[12:], n)
	return m
}

// ReservedNumber is the inverse of [Reserved]; ok is false for a hashed name.
func (m Method) ReservedNumber() (n uint32, ok bool) {
	if [12]byte(m[:12]) != ([12]byte{}) {
		return 0, false
	}
	return binary.LittleEndian.Uint32(m[12:]), true
}

// Frame is one message of a link. On the wire, all numbers little endian:
//
//	offset  size  field
//	     0     4  length of the whole frame, header included
//	     4     1  kind
//	     5     1  format of the payload
//	     6     2  lane of a system call, flags of all else
//	     8     4  id
//	    12    16  method (zero but in Call and Notify)
//	    28        payload, to the end
//
// Several frames may stand one behind another in one message.
type Frame struct {
	Kind   Kind
	Format uint8
	Lane   uint16 // of a system call, see kernel/link; on a bus link, flags such as [FlagKeep]
	ID     uint32 // chosen by the caller, unique among its open calls
	Method Method
	// Payload is borrowed: after a decode it aliases the message.
	Payload []byte
}

// ErrFrame is wrapped by every error of [Decode].
var ErrFrame = errors.New("bad frame")

// Append appends the frame's wire form to b.
func (f *Frame) Append(b []byte) []byte {
	b = AppendHeader(b, f.Kind, f.Format, f.Lane, f.ID, f.Method, len(f.Payload))
	return append(b, f.Payload...)
}

// AppendHeader appends the header of a frame whose payload, of n bytes, the
// caller appends next.
func AppendHeader(b []byte, kind Kind, format uint8, lane uint16, id uint32, method Method, n int) []byte {
	b = binary.LittleEndian.AppendUint32(b, uint32(HeaderSize+n))
	b = append(b, byte(kind), format)
	b = binary.LittleEndian.AppendUint16(b, lane)
	b = binary.LittleEndian.AppendUint32(b, id)
	return append(b, method[:]...)
}

// Decode reads the first frame of b and returns what follows it. The frame's
// payload aliases b.
func Decode(b []byte) (f Frame, rest []byte, err error) {
	if len(b) < HeaderSize {
		return f, nil, fmt.Errorf("%w: %d bytes are no header", ErrFrame, len(b))
	}
	n := binary.LittleEndian.Uint32(b)
	if n < HeaderSize || n > MaxFrame || uint64(n) > uint64(len(b)) {
		return f, nil, fmt.Errorf("%w: length %d in a message of %d bytes", ErrFrame, n, len(b))
	}
	f.Kind = Kind(b[4])
	f.Format = b[5]
	f.Lane = binary.LittleEndian.Uint16(b[6:])
	f.ID = binary.LittleEndian.Uint32(b[8:])
	f.Method = Method(b[12:28])
	f.Payload = b[HeaderSize:n:n]
	return f, b[n:], nil
}
