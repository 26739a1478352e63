package osws

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/bus/desc"
	"github.com/bushel-wasm/bushel/busimpl/args"
	"github.com/bushel-wasm/bushel/busimpl/grant"
	"github.com/bushel-wasm/bushel/busimpl/remote"
)

// The names of the methods.
const (
	Connect     = "os.ws/1.Connect"
	SocketClose = "os.ws/1.Socket.CloseWith"
	SocketWait  = "os.ws/1.Socket.Wait"
)

// The streams of a call of Connect.
const (
	streamSend     = 0 // messages of the caller
	streamMessages = 1 // messages to it
)

type service struct {
	transport Transport
	check     grant.Check
}

// Register adds the service to s, with sockets opened by t. check is asked about the service
// "ws" and each host that is to be reached; nil allows all.
func Register(s *bus.Server, t Transport, check grant.Check) {
	svc := &service{t, check}
	s.Register(&bus.Service{
		Name: "os.ws/1", Description: desc.JSON(describe()),
		Methods: []bus.MethodHandler{{Name: Connect, Handler: bus.Go(svc.connect)}},
	})
	for _, names := range []crateNames{namesNew, namesOld} {
		// Held, since the crate sends as soon as it is told of the socket.
		s.Handle(names.connect, bus.GoHeld(func(ctx context.Context, in *bus.Incoming) error { return svc.crateConnect(ctx, in, names) }))
	}
}

// dial opens a socket that is allowed.
func (s *service) dial(ctx context.Context, in *bus.Incoming, url string, protocols []string) (Conn, error) {
	host, err := Target(url)
	if err == nil {
		err = soundProtocols(protocols)
	}
	if err == nil && s.check != nil {
		err = s.check(ctx, in, "ws", host)
	}
	if err != nil {
		return nil, err
	}
	c, err := s.transport.Dial(ctx, url, protocols)
	if ctx.Err() != nil {
		if err == nil {
			c.Close(codeNormal, "")
		}
		return nil, context.Cause(ctx)
	}
	return c, err
}

// linger is how long what was sent still has to go out when the caller has left.
const linger = 2 * time.Second

// socket is the object of a call of Connect.
type socket struct {
	conn Conn
	// flush is called when the socket is to be closed: what was sent before is sent still.
	flush context.CancelFunc
	// sent is closed when nothing more is sent.
	sent chan struct{}
	// over is closed when the socket is, and end is set.
	over chan struct{}
	once sync.Once
	end  *End
}

// connect opens a socket, which is an object with streams of messages.
func (s *service) connect(ctx context.Context, in *bus.Incoming) error {
	var a struct {
		URL       string   `json:"url"`
		Protocols []string `json:"protocols"`
	}
	if err := args.Read(in, &a); err != nil {
		return err
	}
	if in.IsNotify() {
		return remote.Invalid("a socket that nobody waits for is not opened")
	}
	conn, err := s.dial(ctx, in, a.URL, a.Protocols)
	if err != nil {
		return err
	}
	// The deadline was for opening it.
	live, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	sending, flush := context.WithCancel(live)
	k := &socket{conn: conn, flush: flush, sent: make(chan struct{}), over: make(chan struct{})}
	format, head, err := args.Write(in, map[string]any{"protocol": conn.Protocol()})
	if err != nil {
		conn.Close(codeNormal, "")
		return err
	}
	in.Open(format, head, k) // if nobody waits any more, it is over at once
	var pumps sync.WaitGroup
	pumps.Go(func() { k.receive(live, in) })
	pumps.Go(func() {
		if err := k.send(live, sending, in.Stream(streamSend)); err != nil {
			in.Fault(err)
		}
	})
	<-in.Done()
	flush()
	late := time.NewTimer(linger)
	select {
	case <-k.sent:
	case <-late.C:
	}
	late.Stop()
	conn.Close(codeNormal, "")
	cancel()
	pumps.Wait()
	return nil
}

// receive hands on what comes, as fast as it is taken.
func (k *socket) receive(ctx context.Context, in *bus.Incoming) {
	to := in.Stream(streamMessages)
	taken := true
	for {
		m, err := k.conn.Read(ctx)
		if err != nil {
			end := endOf(err)
			k.finish(end)
			if end.Code == codeAbnormal {
				to.CloseSend(remote.Unreachable("%v", end))
			} else {
				to.CloseSend(nil)
			}
			return
		}
		// What the caller does not want is read all the same, so that it hears of the end.
		if taken {
			taken = to.Send(ctx, bus.FormatCBOR, encodeMessage(m)) == nil
		}
		if in.Err() != nil {
			return
		}
	}
}

// endOf is the End in err, which a reader has met.
func endOf(err error) *End {
	if end, ok := errors.AsType[*End](err); ok {
		return end
	}
	return &End{Code: codeAbnormal, Reason: err.Error()}
}

// finish notes how the socket has ended, if that is not known.
func (k *socket) finish(end *End) {
	k.once.Do(func() {
		k.end = end
		close(k.over)
	})
}

// send sends what the caller sends, up to its end or to that of sending, when what has come
// until then is sent still. The error is for a caller that sends what is no message.
func (k *socket) send(live, sending context.Context, from *bus.Stream) error {
	defer close(k.sent)
	defer from.Stop()
	rest := false
	for {
		item, format, err := from.Recv(sending, MaxMessage+64)
		if err != nil {
			if sending.Err() != nil && !rest {
				rest = true // Recv may have chosen that over what was there
				continue
			}
			if bus.CodeOf(err) == bus.CodeResourceExhausted {
				return err
			}
			return nil
		}
		m, err := decodeMessage(format, item)
		if err != nil {
			return err
		}
		if k.conn.Write(live, m) != nil {
			return nil // the reader meets why
		}
	}
}

// ServeBus serves the methods of the object.
func (k *socket) ServeBus(in *bus.Incoming) {
	switch in.Method() {
	case methodClose:
		bus.Go(k.close).ServeBus(in)
	case methodWait:
		bus.Go(k.wait).ServeBus(in)
	default:
		in.Fault(bus.ErrNoMethod(in.Method()))
	}
}

var (
	methodClose = bus.MethodOf(SocketClose)
	methodWait  = bus.MethodOf(SocketWait)
)

func (k *socket) close(ctx context.Context, in *bus.Incoming) error {
	a := struct {
		Code   int    `json:"code"`
		Reason string `json:"reason"`
	}{Code: codeNormal}
	if err := args.Read(in, &a); err != nil {
		return err
	}
	if a.Code == 0 {
		a.Code = codeNormal
	}
	if err := soundClose(a.Code, a.Reason); err != nil {
		return err
	}
	k.flush()
	select {
	case <-k.sent:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	k.finish(k.conn.Close(a.Code, a.Reason))
	return k.wait(ctx, in)
}

func (k *socket) wait(ctx context.Context, in *bus.Incoming) error {
	select {
	case <-k.over:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	return args.Reply(in, map[string]any{
		"end": map[string]any{"code": k.end.Code, "reason": k.end.Reason, "clean": k.end.Clean},
	})
}
