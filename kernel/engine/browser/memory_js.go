package browser

import (
	"math"
	"unsafe"

	"github.com/tetratelabs/wazero/api"
)

// memory is the guest's memory. It embeds the interface for the method that
// only wazero's own types have; every other is here.
type memory struct{ api.Memory }

// scratch is where single values are copied to.
var scratch [8]byte

func (memory) Definition() api.MemoryDefinition { return nil }

// Size implements api.Memory.
func (memory) Size() uint32 { return jsMemSize() }

// Grow implements api.Memory.
func (memory) Grow(pages uint32) (previous uint32, ok bool) {
	n := jsMemGrow(pages)
	return uint32(n), n >= 0
}

func get(off, n uint32) bool { return jsMemRead(off, unsafe.Pointer(&scratch), n) == 0 }
func put(off, n uint32) bool { return jsMemWrite(off, unsafe.Pointer(&scratch), n) == 0 }

func (memory) ReadByte(off uint32) (byte, bool) {
	ok := get(off, 1)
	return scratch[0], ok
}

func (memory) ReadUint16Le(off uint32) (uint16, bool) {
	ok := get(off, 2)
	return *(*uint16)(unsafe.Pointer(&scratch)), ok
}

func (memory) ReadUint32Le(off uint32) (uint32, bool) {
	ok := get(off, 4)
	return *(*uint32)(unsafe.Pointer(&scratch)), ok
}

func (m memory) ReadFloat32Le(off uint32) (float32, bool) {
	v, ok := m.ReadUint32Le(off)
	return math.Float32frombits(v), ok
}

func (memory) ReadUint64Le(off uint32) (uint64, bool) {
	ok := get(off, 8)
	return *(*uint64)(unsafe.Pointer(&scratch)), ok
}

func (m memory) ReadFloat64Le(off uint32) (float64, bool) {
	v, ok := m.ReadUint64Le(off)
	return math.Float64frombits(v), ok
}

// arena is where Read copies to. It is used anew in each call of a host function. What does
// not fit costs room that has to be made and cleared: 64 KiB with a header do.
var arena struct {
	room [128 << 10]byte
	used uint32
}

// Read implements api.Memory. What it returns is a copy, which is good until the
// host function has returned.
func (m memory) Read(off, n uint32) ([]byte, bool) {
	var p []byte
	if n <= uint32(len(arena.room))-arena.used {
		p = arena.room[arena.used : arena.used+n : arena.used+n]
		arena.used += n
	} else {
		if uint64(off)+uint64(n) > uint64(jsMemSize()) {
			return nil, false // before room is made for a wild length
		}
		p = make([]byte, n)
	}
	return p, jsMemRead(off, unsafe.Pointer(unsafe.SliceData(p)), n) == 0
}

func (memory) WriteByte(off uint32, v byte) bool {
	scratch[0] = v
	return put(off, 1)
}

func (memory) WriteUint16Le(off uint32, v uint16) bool {
	*(*uint16)(unsafe.Pointer(&scratch)) = v
	return put(off, 2)
}

func (memory) WriteUint32Le(off, v uint32) bool {
	*(*uint32)(unsafe.Pointer(&scratch)) = v
	return put(off, 4)
}

func (m memory) WriteFloat32Le(off uint32, v float32) bool {
	return m.WriteUint32Le(off, math.Float32bits(v))
}

func (memory) WriteUint64Le(off uint32, v uint64) bool {
	*(*uint64)(unsafe.Pointer(&scratch)) = v
	return put(off, 8)
}

func (m memory) WriteFloat64Le(off uint32, v float64) bool {
	return m.WriteUint64Le(off, math.Float64bits(v))
}

func (memory) Write(off uint32, p []byte) bool {
	return jsMemWrite(off, unsafe.Pointer(unsafe.SliceData(p)), uint32(len(p))) == 0
}

func (memory) WriteString(off uint32, s string) bool {
	return jsMemWrite(off, unsafe.Pointer(unsafe.StringData(s)), uint32(len(s))) == 0
}
