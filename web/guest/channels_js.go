package guest

import (
	"time"
	"unsafe"

	"github.com/bushel-wasm/bushel/kernel/link"
	"github.com/bushel-wasm/bushel/web/worker"
)

// The JavaScript half is web/ts/workers/channels.ts.

//go:wasmimport bushel channel_post
//go:noescape
func jsChannelPost(pipe uint32, p unsafe.Pointer, n uint32)

//go:wasmimport bushel channel_take
//go:noescape
func jsChannelTake(pipe uint32, p unsafe.Pointer, n uint32) uint32

//go:wasmimport bushel channel_credit
//go:noescape
func jsChannelCredit(pipe, n uint32)

//go:wasmimport bushel channel_drain
//go:noescape
func jsChannelDrain(pipe uint32)

//go:wasmimport bushel channel_turn
//go:noescape
func jsChannelTurn(pipe uint32)

//go:wasmimport bushel channel_close
//go:noescape
func jsChannelClose(pipe uint32)

//go:wasmimport bushel channel_alarm
//go:noescape
func jsChannelAlarm(ms uint32)

// channel is an end of a channel that JavaScript holds, by the number of its pipe.
type channel uint32

func (c channel) Post(data []byte) {
	jsChannelPost(uint32(c), worker.Pointer(data), uint32(len(data)))
}

func (c channel) Take(dst []byte) int {
	return int(jsChannelTake(uint32(c), worker.Pointer(dst), uint32(len(dst))))
}

func (c channel) Credit(n int) { jsChannelCredit(uint32(c), uint32(n)) }
func (c channel) Drain()       { jsChannelDrain(uint32(c)) }
func (c channel) Turn()        { jsChannelTurn(uint32(c)) }
func (c channel) Close()       { jsChannelClose(uint32(c)) }

func init() {
	Client.Alarm(func() { jsChannelAlarm(uint32(link.RestTime / time.Millisecond)) })
}

//go:wasmexport channel_joined
func channelJoined(pipe uint32) { Client.Joined(pipe, channel(pipe)) }

//go:wasmexport channel_arrived
func channelArrived(pipe, n uint32) { Client.Arrived(pipe, int(n)) }

//go:wasmexport channel_credited
func channelCredited(pipe, n uint32) { Client.Credited(pipe, int(n)) }

//go:wasmexport channel_drained
func channelDrained(pipe uint32) { Client.Drained(pipe) }

//go:wasmexport channel_turned
func channelTurned(pipe uint32) { Client.Turned(pipe) }

//go:wasmexport channel_rests
func channelRests() { Client.Rests() }
