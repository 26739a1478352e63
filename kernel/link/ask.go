package link

import (
	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// Ask sends the client what the kernel wants of its end of a joined pipe, behind the
// replies before it; see [kernel.Holder].
func (s *Server) Ask(pipe uint32, reader bool, what sys.PipeAsk) {
	r := sys.Request{Op: sys.OpPipeReturn, Args: [6]uint64{uint64(pipe), uint64(what)}}
	if reader {
		r.Args[2] = 1
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return
	}
	s.out = sys.AppendRequest(s.out, bus.KindNotify, 0, 0, &r)
	s.flush()
}
