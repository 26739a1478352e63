package kernel

import (
	"errors"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/grant"
	"github.com/bushel-wasm/bushel/kernel/klog"
	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/kernel/vfs"
)

// Config is what a kernel is made of.
type Config struct {
	// FS is the tree, with its mounts. The kernel mounts its own /dev and /proc.
	// If it is nil, the kernel makes an empty tree in memory.
	FS *vfs.Namespace
	// Environ is the environment of process 1: along its PATH are the packages that the embedder
	// calls by name.
	Environ []string
	// Machine runs guests. If it is nil, every guest is ENOEXEC.
	Machine Machine
	// Log gets what the kernel says, besides the log that it keeps. It may be nil.
	Log slog.Handler
	// Console gets the entries of the log that are to be shown where a developer looks,
	// at first those of the level ShowLog and above; [klog.Off] is none. It may be nil.
	Console func(klog.Entry)
	ShowLog slog.Level
	// Yield is called between system calls of programs in the kernel, on their
	// goroutines and with no lock held. It may park. Nil does nothing.
	Yield func()
	// Processes bounds how many processes there are at once; 0 is 512. Only process 1
	// may start more.
	Processes int
	// Page is the page around the kernel, nil if there is none.
	Page Page
	// Hook sees every system call. It may be nil.
	Hook Hook
	// BusHook sees every call on the bus. It may be nil.
	BusHook BusHook
	// Policy is what the embedder says of what programs may use, over all other grants.
	Policy grant.Rules
	// GrantStore keeps the grants of the user. If it is nil, they end with the kernel.
	GrantStore GrantStore
	// Catalog gets the catalogue of programs that can be installed. It may be nil.
	Catalog Catalog
}

// Hook is the one place that all system calls pass, of all processes: for traces,
// policy and the injection of faults. It is called before the call with a nil
// reply, and if it returns a number other than zero, that is the call's end. It is
// called again with the reply of a call that ended (what it returns then does
// not matter). It runs on the caller's goroutine or on one that completed the call;
// it must not wait and must not make calls itself.
type Hook func(p *Process, r *sys.Request, reply *sys.Reply) errno.Errno

// Kernel is a running system. All methods may be used by several goroutines at
// once.
type Kernel struct {
	cfg     Config
	fs      *vfs.Namespace
	log     *slog.Logger
	entries *klog.Log
	bus     *Bus
	grants  *Grants
	started time.Time

	// mu guards all below, and all of every process, open file, pipe and terminal.
	// It is taken by lock and given up by unlock.
	mu       sync.Mutex
	procs    map[uint32]*Process
	init     *Process
	lastPID  uint32
	unread   shares // bytes that wait to be read from /dev/bus
	sessions map[uint32]*session
	builtins map[string]Main
	fsTypes  map[string]FSType
	mounted  map[vfs.FS]*Mount // what mount(2) has opened
	closed   bool
	open     int // open file descriptions
	pipes    uint64
	names    names
	leases   leases
	joints   uint32
	joined   map[uint32]*joint // pipes whose bytes go past the kernel, by number
	ports    map[uint16]*listener
	lastPort uint16
	sockets  uint64
	ttys     int
	ttySeq   uint64

	// ready are waiting calls to try again, replies are ends to hand out, and
	// later is what is to be done without the lock.
	ready      []*call
	replies    []ending
	delivering bool
	later      []func()
	closing    []stream // those that are being closed

	// programs counts goroutines: programs and loads of guests.
	programs sync.WaitGroup
}

// New makes a kernel with process 1 and nothing else. It registers no programs.
func New(cfg Config) *Kernel {
	k := &Kernel{
		cfg: cfg, fs: cfg.FS, entries: klog.New(cfg.Console), started: time.Now(),
		procs:    map[uint32]*Process{},
		sessions: map[uint32]*session{},
		builtins: map[string]Main{},
		fsTypes:  map[string]FSType{"tmp": openTmp},
		mounted:  map[vfs.FS]*Mount{},
		joined:   map[uint32]*joint{},
		ports:    map[uint16]*listener{},
	}
	k.entries.ShowOn(cfg.ShowLog)
	k.log = k.entries.Logger(cfg.Log)
	if k.cfg.Processes <= 0 {
		k.cfg.Processes = defaultProcesses
	}
	if k.fs == nil {
		k.fs = vfs.NewNamespace(vfs.NewMem(vfs.MemOptions{}))
	}
	k.grants = newGrants(k)
	k.bus = newBus(k)
	k.makeInit()
	k.mountOwn()
	return k
}

// makeInit makes process 1.
func (k *Kernel) makeInit() {
	p := newProcess(k, 1)
	p.argv = []string{"init"}
	p.name = "init"
	p.fs = k.fs
	p.cwd = k.fs.Root()
	p.umask = 0o022
	p.limits = DefaultLimits()
	p.pgid = 1
	p.session = &session{id: 1, leader: p, members: 1}
	k.sessions[1] = p.session
	k.procs[1] = p
	p.env = k.cfg.Environ
	k.init = p
	k.lastPID = 1
}

// Init is process 1: it runs no program and is the embedder's voice. Calls on it
// may come from any goroutine. It cannot be ended but by Close, after which its calls
// fail with ESRCH; signals do nothing to it unless it catches them.
func (k *Kernel) Init() *Process { return k.init }

// Started is when the kernel was made.
func (k *Kernel) Started() time.Time { return k.started }

// Log is what the kernel, services and guests have said.
func (k *Kernel) Log() *klog.Log { return k.entries }

// Logger writes to Log. The attributes "pid", "module" and "call" say who speaks; see
// package klog.
func (k *Kernel) Logger() *slog.Logger { return k.log }

// FS is the kernel's tree.
func (k *Kernel) FS() *vfs.Namespace { return k.fs }

// Register makes main the program name and writes /bin/name, a file that starts it.
// The file is made anew if it was removed; registering a name again replaces the
// program. A name that cannot be a file name is logged and not registered.
func (k *Kernel) Register(name string, main Main) {
	k.lock()
	k.builtins[name] = main
	k.unlock()
	if err := k.makeProgram("/bin/"+name, []byte("#!builtin "+name+"\n")); err != nil {
		k.log.Error("a program cannot be put into /bin", "module", "kernel", "program", name, "err", err)
	}
}

// makeProgram makes a file of /bin. More than a hundred are made before the first prompt: a new
// one is not made by system calls, which would take several times as long.
func (k *Kernel) makeProgram(path string, text []byte) error {
	const mode = 0o755
	f := k.init.Files()
	create := func() (vfs.Place, error) {
		p, _, err := k.fs.OpenNode(vfs.At{}, path, sys.OWrite|sys.OCreate|sys.OExcl, mode)
		return p, err
	}
	p, err := create()
	if errors.Is(err, errno.ENOENT) {
		if err = f.MkdirAll("/bin", mode); err == nil {
			p, err = create()
		}
	}
	switch {
	case err == nil:
		_, err = p.Node().(vfs.File).WriteAt(text, 0)
	case errors.Is(err, errno.EEXIST):
		if err = f.WriteFile(path, text, mode); err == nil {
			err = f.Chmod(path, mode)
		}
	}
	return err
}

// Yield lets others run, as Config.Yield does, for what computes long on a goroutine of
// its own.
func (k *Kernel) Yield() {
	if y := k.cfg.Yield; y != nil {
		y()
	}
}

// Builtins are the names of the registered programs, in order.
func (k *Kernel) Builtins() []string {
	k.lock()
	defer k.unlock()
	return slices.Sorted(maps.Keys(k.builtins))
}

// Processes lists the processes by pid.
func (k *Kernel) Processes() []sys.ProcInfo {
	k.lock()
	defer k.unlock()
	list := make([]sys.ProcInfo, 0, len(k.procs))
	for _, pid := range slices.Sorted(maps.Keys(k.procs)) {
		list = append(list, k.procs[pid].info())
	}
	return list
}

// Usage counts what is in use, for tests and monitors.
type Usage struct {
	Processes, OpenFiles, TTYs, Sessions int
	// Joined are pipes whose bytes go past the kernel.
	Joined int
	// BusBytes is how long the bodies of all calls on the bus are that are open, without the short ones.
	BusBytes int
	// BusUnread is how many bytes wait to be read from /dev/bus.
	BusUnread int
}

// Usage counts what is in use now. Process 1 and its session count.
func (k *Kernel) Usage() Usage {
	k.bus.mu.Lock()
	bytes := k.bus.bytes.total
	k.bus.mu.Unlock()
	k.lock()
	defer k.unlock()
	return Usage{len(k.procs), k.open, k.ttys, len(k.sessions), len(k.joined), bytes, k.unread.total}
}

// Close ends every process and waits until the goroutines of all programs and
// guests that are still loading have ended. Further calls of process 1 fail with ESRCH.
func (k *Kernel) Close() error {
	k.lock()
	if k.closed {
		k.unlock()
		k.programs.Wait()
		return nil
	}
	k.closed = true
	for _, p := range k.procs {
		if p != k.init {
			p.end(sys.Signaled(sys.SIGKILL), true)
		}
	}
	k.init.end(sys.Signaled(sys.SIGKILL), true)
	k.unlock()
	k.bus.close()
	k.programs.Wait()
	k.lock()
	mounted := k.mounted
	k.mounted = map[vfs.FS]*Mount{}
	k.unlock()
	for f := range mounted {
		closeFS(f)
	}
	return nil
}
