package osws

import (
	"context"
	"sync"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/bus/codec"
	"github.com/bushel-wasm/bushel/bus/codec/bincode"
)

// crateNames are the names of what one of the crates has.
type crateNames struct {
	connect              string
	stateChange, receive bus.Method // callbacks of connect
	send                 bus.Method // of the object
}

func namesOf(crate string) crateNames {
	return crateNames{
		connect:     crate + "::api::SocketBuilderConnectRequest",
		stateChange: bus.MethodOf(crate + "::api::SocketBuilderConnectStateChangeCallback"),
		receive:     bus.MethodOf(crate + "::api::SocketBuilderConnectReceiveCallback"),
		send:        bus.MethodOf(crate + "::api::WebSocketSendRequest"),
	}
}

var (
	namesNew = namesOf("wasmer_bus_ws")
	namesOld = namesOf("wasm_bus_ws")
)

// The crates' SocketState.
const (
	stateOpened = 1
	stateClosed = 2
	stateFailed = 3
)

// underWay is how many messages a program of the crates may be told of that it has not
// taken yet. While there are so many, no more are read.
const underWay = 16

// crateSocket is a socket of a program of the crates. Its call stays open as a session:
// the program hears of the socket's states and its messages by callbacks, and sends by
// calls along it, one after another.
type crateSocket struct {
	in    *bus.Incoming
	names crateNames
	slots chan struct{} // of underWay

	mu    sync.Mutex
	conn  Conn
	queue []*bus.Incoming // sends that are not done
	busy  bool            // somebody does them
	idle  sync.Cond       // told when nobody does
}

func (s *service) crateConnect(ctx context.Context, in *bus.Incoming, names crateNames) error {
	r := bincode.NewReader(in.Body())
	url := r.String()
	if err := codec.Invalid(r.End()); err != nil {
		return err
	}
	live, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	k := &crateSocket{in: in, names: names, slots: make(chan struct{}, underWay)}
	k.idle.L = &k.mu
	conn, err := s.dial(ctx, in, url, nil)
	if err != nil {
		k.tellEnd(stateFailed)
		return err
	}
	k.conn = conn
	defer conn.Close(codeNormal, "")
	// The older crate's program may send as soon as its call is answered, and has to know
	// by then that the socket is open.
	k.tell(live, stateOpened)
	if in.Open(bus.FormatBincode, nil, nil) != nil {
		return nil
	}
	in.Release(k)
	read := make(chan struct{})
	go func() {
		defer close(read)
		k.receive(live)
	}()
	<-in.Done()
	conn.Close(codeNormal, "")
	cancel()
	<-read
	return nil
}

// tell tells the program of a state.
func (k *crateSocket) tell(ctx context.Context, state uint32) {
	k.callback(ctx, k.names.stateChange, bincode.AppendUint32(nil, state))
}

// sent waits until all sends are answered, of a socket that has ended: the end of the session
// would abort one that the network has taken.
func (k *crateSocket) sent() {
	k.conn.Close(codeNormal, "")
	k.mu.Lock()
	defer k.mu.Unlock()
	for k.busy {
		k.idle.Wait()
	}
}

// tellEnd tells the program how its socket ended, and waits until it knows: of the end of
// its session it would make a socket that was closed.
func (k *crateSocket) tellEnd(state uint32) {
	r := &bus.Request{Method: k.names.stateChange, Format: bus.FormatBincode, Body: bincode.AppendUint32(nil, state)}
	_, _ = k.in.Invoke(k.in.Context(), r) // a caller that is gone need not know
}

// callback calls the program back, as soon as it has taken enough of the calls before, and
// reports whether it did. They arrive in order.
func (k *crateSocket) callback(ctx context.Context, method bus.Method, body []byte) bool {
	select {
	case k.slots <- struct{}{}:
	case <-k.in.Done():
		return false
	}
	r := &bus.Request{Method: method, Format: bus.FormatBincode, Body: body}
	k.in.Start(ctx, r, func(*bus.Response, error) { <-k.slots })
	return true
}

// receive hands on what comes. How the socket ended the program hears by its state; then its
// session ends.
func (k *crateSocket) receive(ctx context.Context) {
	for {
		m, err := k.conn.Read(ctx)
		if err != nil {
			state := uint32(stateClosed)
			if !endOf(err).Clean {
				state = stateFailed
			}
			k.sent()
			k.tellEnd(state)
			k.in.Fault(&bus.Error{Code: bus.CodeAborted, Crate: bus.CrateAborted, Message: err.Error()})
			return
		}
		if !k.callback(ctx, k.names.receive, bincode.AppendBytes(nil, m.Data)) {
			return
		}
	}
}

// ServeBus serves the object: its one method is send.
func (k *crateSocket) ServeBus(in *bus.Incoming) {
	if in.Method() != k.names.send {
		in.Fault(bus.ErrNoMethod(in.Method()))
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.queue = append(k.queue, in)
	if !k.busy {
		k.busy = true
		go k.sendAll()
	}
}

// sendAll sends what is queued, in order.
func (k *crateSocket) sendAll() {
	for {
		k.mu.Lock()
		if len(k.queue) == 0 {
			k.busy = false
			k.idle.Broadcast()
			k.mu.Unlock()
			return
		}
		in := k.queue[0]
		k.queue = k.queue[1:]
		k.mu.Unlock()
		k.send(in)
	}
}

// send sends one message. It is answered when the network has taken it, so that a program
// that waits for its answers cannot outrun that.
func (k *crateSocket) send(in *bus.Incoming) {
	r := bincode.NewReader(in.Body())
	data := r.Bytes()
	if err := codec.Invalid(r.End()); err != nil {
		in.Fault(err)
		return
	}
	var reply []byte
	if err := k.conn.Write(context.WithoutCancel(in.Context()), Message{Data: data}); err != nil {
		reply = bincode.AppendBytes(bincode.AppendUint32(nil, 1), err.Error())
	} else {
		reply = bincode.AppendUint64(bincode.AppendUint32(nil, 0), uint64(len(data)))
	}
	in.Reply(bus.FormatBincode, reply)
}
