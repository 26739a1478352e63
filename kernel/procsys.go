package kernel

import (
	"crypto/rand"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/bushel-wasm/bushel/kernel/sys"
)

// The files of /proc that tell of the system, in the form that Linux gives them: scripts
// and the tools of others cut them up by column.

// release is what uname -r says.
const release = "1.0"

// ticks is how many of /proc's units of time a second has.
const ticks = 100

// busy is the processor time that the processes of now have used.
func (k *Kernel) busy() (sum time.Duration, running int) {
	k.lock()
	defer k.unlock()
	for _, p := range k.procs {
		sum += p.cpuTime()
		if p.state() == "R" {
			running++
		}
	}
	return sum, running
}

// procUptime is the time since the kernel began and how much of it nothing ran.
func (k *Kernel) procUptime() string {
	up := k.now()
	used, _ := k.busy()
	return fmt.Sprintf("%.2f %.2f\n", up.Seconds(), max(up-used, 0).Seconds())
}

// procLoad is the processes that run now: no average is kept.
func (k *Kernel) procLoad() string {
	_, running := k.busy()
	k.lock()
	defer k.unlock()
	n := float64(running)
	return fmt.Sprintf("%.2f %.2f %.2f %d/%d %d\n", n, n, n, running, len(k.procs), k.lastPID)
}

func (k *Kernel) procStat() string {
	used, running := k.busy()
	user := int64(used * ticks / time.Second)
	idle := max(int64(k.now()*ticks/time.Second)-user, 0)
	var b strings.Builder
	fmt.Fprintf(&b, "cpu  %d 0 0 %d 0 0 0 0 0 0\n", user, idle)
	fmt.Fprintf(&b, "cpu0 %d 0 0 %d 0 0 0 0 0 0\n", user, idle)
	k.lock()
	defer k.unlock()
	fmt.Fprintf(&b, "btime %d\nprocesses %d\nprocs_running %d\nprocs_blocked 0\n", k.started.Unix(), k.lastPID, running)
	return b.String()
}

// memInfo is what the Go runtime has from its system and uses of it.
func memInfo() string {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	used := m.HeapInuse + m.StackInuse
	free := m.Sys - min(m.Sys, used)
	var b strings.Builder
	for _, line := range [...]struct {
		name  string
		bytes uint64
	}{{"MemTotal", m.Sys}, {"MemFree", free}, {"MemAvailable", free}, {"Buffers", 0}, {"Cached", 0}, {"SwapTotal", 0}, {"SwapFree", 0}} {
		fmt.Fprintf(&b, "%-15s %8d kB\n", line.name+":", line.bytes>>10)
	}
	return b.String()
}

func cpuInfo() string {
	var b strings.Builder
	for i := range runtime.NumCPU() {
		fmt.Fprintf(&b, "processor\t: %d\nmodel name\t: WebAssembly on %s/%s\n\n", i, runtime.GOOS, runtime.GOARCH)
	}
	return b.String()
}

// procTypes are the types of file systems that can be mounted.
func (k *Kernel) procTypes() string {
	k.lock()
	defer k.unlock()
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(k.fsTypes)) {
		fmt.Fprintf(&b, "nodev\t%s\n", name)
	}
	return b.String()
}

// procTCP lists the ports on which somebody listens.
func (k *Kernel) procTCP() string {
	k.lock()
	defer k.unlock()
	var b strings.Builder
	b.WriteString("  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n")
	for i, port := range slices.Sorted(maps.Keys(k.ports)) {
		l := k.ports[port]
		fmt.Fprintf(&b, "%4d: 0100007F:%04X 00000000:0000 0A 00000000:%08X 00:00000000 00000000  %4d        0 %d\n", i, port, len(l.pending), sys.UserID, l.id)
	}
	return b.String()
}

// randomUUID is a random number in the form of RFC 9562, version 4.
func randomUUID() string {
	var b [16]byte
	rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x\n", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
