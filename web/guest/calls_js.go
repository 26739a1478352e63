package guest

import (
	"unsafe"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/kernel/link"
	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/web/worker"
)

// jsCalled gives a call's Result frame to JavaScript.
//
//go:wasmimport bushel called
//go:noescape
func jsCalled(p unsafe.Pointer, n uint32)

// call performs the system call in a Call frame that JavaScript gives; its end comes
// by jsCalled, perhaps before this returns.
//
//go:wasmexport call
func call(n uint32) {
	frame, _, err := bus.Decode(worker.Received(n))
	if err != nil {
		panic(err) // both halves are of one build
	}
	op, _ := frame.Method.ReservedNumber()
	req, err := sys.DecodeRequest(sys.Op(op), frame.Format, frame.Payload)
	if err != nil {
		panic(err)
	}
	req.Aside = true // rests says when the guest waits
	id := frame.ID
	Client.StartLane(lane(&req), &req, func(r sys.Reply) {
		b := sys.AppendReply(nil, 0, id, &r)
		jsCalled(worker.Pointer(b), uint32(len(b)))
	})
}

// rests tells whether the guest waits for the end of a call or for anything else: 1 or 0.
//
//go:wasmexport rests
func rests(waits uint32) {
	Client.Start(&sys.Request{Op: sys.OpRest, Args: [6]uint64{uint64(waits)}}, func(sys.Reply) {})
}

// lane keeps the order of what is done to one fd, and lets all else overtake a call
// that waits: a guest of this kind has several under way.
func lane(r *sys.Request) uint16 {
	switch r.Op {
	case sys.OpWrite, sys.OpPWrite, sys.OpClose, sys.OpSeek, sys.OpSync, sys.OpFSetAttr, sys.OpAllocate,
		sys.OpDup, sys.OpRenumber, sys.OpSetFD, sys.OpFStat:
		return uint16(r.Args[0]%(uint64(link.Unordered)-1)) + 1
	}
	return link.Unordered
}
