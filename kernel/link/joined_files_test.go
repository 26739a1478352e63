package link_test

import (
	"encoding/binary"
	"testing"

	"github.com/bushel-wasm/bushel/kernel/sys"
)

// Whoever hears of a change by a joined pipe finds it: the writer changes a file and then
// tells the reader, which has read the file before and so may have a copy.
func TestJoined_whatIsToldIsSo(t *testing.T) {
	f := bootFar(t, nil)
	const rounds = 2000
	f.k.Init().Files().WriteFile("/count", make([]byte, 4), 0o666)
	ws, rs := f.pipeline(t, func(p *proc) uint8 {
		warmUp(t, p)
		fd, err := p.Open("/count", sys.OWrite, 0)
		if err != nil {
			t.Error(err)
			return 1
		}
		p.calls.slow(200) // what it tells the reader is there before what it tells the kernel
		for i := range uint32(rounds) {
			n := binary.LittleEndian.AppendUint32(nil, i)
			if _, err := p.WriteAt(fd, n, 0); err != nil {
				t.Error(err)
			}
			if _, err := p.Write(1, n); err != nil {
				t.Error(err)
			}
		}
		return 0
	}, func(p *proc) uint8 {
		readN(t, p, 0, warm)
		fd, err := p.Open("/count", sys.ORead, 0)
		if err != nil {
			t.Error(err)
			return 1
		}
		said, found := make([]byte, 4), make([]byte, 4)
		for range rounds {
			for n := 0; n < len(said); {
				m, err := p.Read(0, said[n:])
				if err != nil {
					t.Error(err)
					return 1
				}
				n += m
			}
			if _, err := p.ReadAt(fd, found, 0); err != nil {
				t.Error(err)
				return 1
			}
			if s, is := binary.LittleEndian.Uint32(said), binary.LittleEndian.Uint32(found); is < s {
				t.Errorf("it was told of %d and found %d", s, is)
				return 1
			}
		}
		return 0
	})
	if ws != 0 || rs != 0 || f.joined() == 0 {
		t.Errorf("writer %#x, reader %#x, joined %d times", ws, rs, f.joined())
	}
}
