package kernel

import (
	"encoding/binary"
	"encoding/json"
	"slices"
	"sort"

	"github.com/bushel-wasm/bushel/bus"
)

// PackageStats counts the calls to a package.
type PackageStats struct {
	Calls  uint64 `json:"calls"`
	Faults uint64 `json:"faults"`
	Open   int    `json:"open"` // calls and sessions that are open now
}

func (s *PackageStats) begins() {
	s.Calls++
	s.Open++
}

// PackageInfo tells of a package that the bus knows.
type PackageInfo struct {
	Name string `json:"name"`
	// State is "kernel" for what the embedder serves, "running", "starting",
	// "stopped" for one that has been called before or is declared, or "broken" for one whose
	// declaration makes no sense, of which Wrong says why.
	State  string   `json:"state"`
	PIDs   []uint32 `json:"pids,omitempty"`
	Module string   `json:"module,omitempty"`
	Wrong  string   `json:"wrong,omitempty"`
	PackageStats
}

// Packages lists the packages that are served or were called, by name, and those that
// /etc/bus.d declares. It reads files, so it may wait.
func (b *Bus) Packages() []PackageInfo {
	declared := b.declared()
	b.mu.Lock()
	defer b.mu.Unlock()
	var list []PackageInfo
	for name, r := range b.handlers {
		list = append(list, PackageInfo{Name: name, State: "kernel", PackageStats: r.stats})
	}
	for name, p := range b.packages {
		i := PackageInfo{Name: name, State: "stopped", Module: p.conf.Module, PackageStats: p.stats}
		for _, inst := range p.instances {
			i.PIDs = append(i.PIDs, inst.pid)
			if i.State != "running" {
				i.State = "starting"
			}
			if inst.file != nil {
				i.State = "running"
			}
		}
		list = append(list, i)
	}
	for _, conf := range declared {
		i := slices.IndexFunc(list, func(p PackageInfo) bool { return p.Name == conf.Name })
		if i < 0 {
			i = len(list)
			list = append(list, PackageInfo{Name: conf.Name, State: "stopped", Module: conf.Module})
		}
		if conf.wrong != nil && list[i].State == "stopped" {
			list[i].State, list[i].Wrong = "broken", conf.file+": "+conf.wrong.Error()
		}
	}
	sort.Slice(list, func(i, j int) bool { return list[i].Name < list[j].Name })
	return list
}

// ownServer serves the package "bus".
func (b *Bus) ownServer() *bus.Server {
	s := bus.NewServer()
	s.Handle(bus.NameListen, bus.HandlerFunc(b.listen))
	s.Handle(bus.NameList, bus.HandlerFunc(func(in *bus.Incoming) {
		b.k.aside(func() {
			text, err := json.Marshal(b.Packages())
			if err != nil {
				in.Fault(err)
				return
			}
			in.Reply(bus.FormatJSON, text)
		})
	}))
	return s
}

// aside runs fn, which may wait, on a goroutine that Close waits for.
func (k *Kernel) aside(fn func()) {
	k.programs.Add(1)
	go func() {
		defer k.programs.Done()
		fn()
	}()
}

// listen makes the caller one who serves a package; see [bus.NameListen].
func (b *Bus) listen(in *bus.Incoming) {
	if len(in.Body()) < 4 {
		in.Fault(bus.NewError(bus.CodeInvalidArgument, "bus/1.Listen wants a number of four bytes and a name"))
		return
	}
	limit, name := int(binary.LittleEndian.Uint32(in.Body())), string(in.Body()[4:])
	b.mu.Lock()
	if b.starting > 0 && b.startedAs(peerOf(in).pid) == nil {
		// It may be one of those that are being started.
		b.listens = append(b.listens, func() { b.listensAs(in, name, limit) })
		b.mu.Unlock()
		return
	}
	b.mu.Unlock()
	b.listensAs(in, name, limit)
}

func (b *Bus) listensAs(in *bus.Incoming, name string, limit int) {
	b.mu.Lock()
	err := b.serves(peerOf(in), name, limit)
	b.mu.Unlock()
	if err != nil {
		in.Fault(err)
		return
	}
	in.Reply(bus.FormatRaw, nil)
	b.ready(peerOf(in))
}
