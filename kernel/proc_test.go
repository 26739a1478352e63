package kernel_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// TestProc_files compares each file of /proc with what tools on Linux look for in it.
func TestProc_files(t *testing.T) {
	k := boot(t)
	if _, _, err := k.Init().Files().Listen(7000, 1); err != nil {
		t.Fatal(err)
	}
	p, err := k.Init().Fork(func(p *kernel.Process) int {
		f := p.Files()
		for name, want := range map[string]string{
			"self/stat":                     `^\d+ \(prog\) [RS] 1 \d+ \d+ 0 -1( -?\d+){44}\n$`,
			"self/status":                   `(?s)^Name:\tprog\nUmask:\t0022\n.*\nPPid:\t1\n.*\nUid:\t1000\t1000\t1000\t1000\n.*\nThreads:\t1\n`,
			"self/comm":                     `^prog\n$`,
			"self/cmdline":                  "^/bin/prog\x00-x\x00$",
			"self/environ":                  "^A=1\x00B=\x00$",
			"self/limits":                   `(?m)^Max open files +1024 +1024 +files`,
			"uptime":                        `^\d+\.\d\d \d+\.\d\d\n$`,
			"loadavg":                       `^\d\.\d\d \d\.\d\d \d\.\d\d \d+/\d+ \d+\n$`,
			"stat":                          `(?s)^cpu  \d+ 0 0 \d+.*\nbtime \d+\nprocesses \d+\n`,
			"meminfo":                       `(?s)^MemTotal: +\d+ kB\nMemFree: +\d+ kB\nMemAvailable: +\d+ kB\n`,
			"cpuinfo":                       `^processor\t: 0\nmodel name\t: `,
			"version":                       `^Bushel version \d`,
			"filesystems":                   `(?m)^nodev\ttmp$`,
			"net/tcp":                       `(?m)^ +0: 0100007F:1B58 00000000:0000 0A `,
			"sys/fs/file-nr":                `^[1-9]\d*\t0\t\d+\n$`,
			"sys/kernel/hostname":           `^bushel\n$`,
			"sys/kernel/osrelease":          `^\d`,
			"sys/kernel/random/uuid":        `^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\n$`,
			fmt.Sprintf("%d/comm", p.PID()): `^prog\n$`,
		} {
			b, err := f.ReadFile("/proc/" + name)
			if err != nil || !regexp.MustCompile(want).Match(b) {
				t.Errorf("%s: %q, %v; want %s", name, b, err, want)
			}
		}
		return 0
	}, kernel.ForkAttr{Argv: []string{"/bin/prog", "-x"}, Env: []string{"A=1", "B="}})
	if err != nil {
		t.Fatal(err)
	}
	wait(t, k, p.PID())
}

func TestProc_fd(t *testing.T) {
	k := boot(t)
	f := k.Init().Files()
	if err := f.WriteFile("/file", []byte("text"), 0o600); err != nil {
		t.Fatal(err)
	}
	var fds []int
	open := func(path string, flags sys.OpenFlag) {
		fd, err := f.Open(path, flags, 0)
		if err != nil {
			t.Fatal(err)
		}
		fds = append(fds, fd)
	}
	open("/file", sys.ORead)
	open("/dev/null", sys.OWrite)
	r, w, err := f.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	m, s, err := f.PTY(80, 24)
	if err != nil {
		t.Fatal(err)
	}
	l, _, err := f.Listen(0, 1)
	if err != nil {
		t.Fatal(err)
	}
	fds = append(fds, r, w, m, s, l)
	for i, want := range []struct {
		link string
		typ  sys.FileType
	}{
		{`^/file$`, sys.TypeRegular}, {`^/dev/null$`, sys.TypeCharDevice},
		{`^pipe:\[\d+\]$`, sys.TypeFIFO}, {`^pipe:\[\d+\]$`, sys.TypeFIFO},
		{`^/dev/ptmx$`, sys.TypeCharDevice}, {`^/dev/pts/\d+$`, sys.TypeCharDevice}, {`^socket:\[\d+\]$`, sys.TypeSocket},
	} {
		path := fmt.Sprintf("/proc/self/fd/%d", fds[i])
		if got, err := f.Readlink(path); err != nil || !regexp.MustCompile(want.link).MatchString(got) {
			t.Errorf("%s: %q, %v; want %s", path, got, err, want.link)
		}
		if st, err := f.Lstat(path); err != nil || st.Type != sys.TypeSymlink {
			t.Errorf("%s: %+v, %v; want a link", path, st, err)
		}
		if st, err := f.Stat(path); err != nil || st.Type != want.typ {
			t.Errorf("%s: %+v, %v; want a file of type %d behind it", path, st, err, want.typ)
		}
	}
	list, err := f.ReadDir("/proc/self/fd")
	if err != nil || len(list) < len(fds) {
		t.Errorf("%v, %v", list, err)
	}
	// What a link without a path leads to is opened as the fd is.
	for _, flags := range []sys.OpenFlag{sys.OWrite, sys.OWrite | sys.OCreate} {
		fd, err := f.Open(fmt.Sprintf("/dev/fd/%d", w), flags, 0o666)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write(fd, []byte("through")); err != nil {
			t.Error(err)
		}
		buf := make([]byte, 10)
		if n, err := f.Read(r, buf); string(buf[:n]) != "through" || err != nil {
			t.Errorf("%q, %v", buf[:n], err)
		}
	}
	if _, err := f.Open(fmt.Sprintf("/dev/fd/%d/x", w), sys.ORead, 0); err == nil {
		t.Error("a pipe has files below it")
	}
}

func TestDev_list(t *testing.T) {
	k := boot(t)
	f := k.Init().Files()
	list, err := f.ReadDir("/dev")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range list {
		names = append(names, e.Name)
	}
	got := " " + strings.Join(names, " ") + " "
	for _, name := range strings.Fields("null zero full random urandom tty stdin stdout stderr fd pts tcp") {
		if !strings.Contains(got, " "+name+" ") {
			t.Errorf("there is no /dev/%s", name)
		}
	}
}

// TestProc_fdListed checks that whatever the listing of the own fds names is there.
func TestProc_fdListed(t *testing.T) {
	k := boot(t)
	f := k.Init().Files()
	if _, err := f.Open("/dev/null", sys.ORead, 0); err != nil {
		t.Fatal(err)
	}
	list, err := f.ReadDir("/proc/self/fd")
	if err != nil || len(list) == 0 {
		t.Fatal(list, err)
	}
	for _, e := range list {
		if _, err := f.Lstat("/proc/self/fd/" + e.Name); err != nil {
			t.Error(err)
		}
	}
}
