package commands_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/shell/commands"
)

// TestCommands has what the system's tools cannot be compared with: messages, round
// trips, and commands that are missing elsewhere. Each row runs its lines in turn; the last
// one is looked at.
func TestCommands(t *testing.T) {
	for _, test := range []struct {
		name  string
		lines string // with newlines between them
		stdin string
		out   string
		err   string
		code  int
	}{
		{"missing file", "cat nofile", "", "", "cat: nofile: no such file or directory\n", 1},
		{"an empty name", "cat ''", "", "", "cat: '': no such file or directory\n", 1},
		{"an empty name, said otherwise", "ln ''", "", "", "ln: '': no such file or directory\n", 1},
		{"an empty name, as sed says it", "sed p ''", "", "", "sed: can't read '': no such file or directory\n", 2},
		{"an empty name of a picture", "imgcat ''", "", "", "imgcat: '': no such file or directory\n", 1},
		{"an empty name of a program", "install ''", "", "", "install: '': there is no catalogue here, so a URL or a file is needed\n", 1},
		{"an empty name of no program", "uninstall ''", "", "", "uninstall: '': no package of that name is installed\n", 1},
		{"an empty name in a table", "file ''", "", "'': cannot open (no such file or directory)\n", "", 1},
		{"a link to nothing", "ln none x", "", "", "ln: none: no such file or directory\n", 1},
		{"a directory", "cat dir", "", "", "cat: dir: is a directory\n", 1},
		{"unknown option", "ls -y", "", "", "ls: invalid option -- 'y'\nTry 'ls --help' for more information.\n", 2},
		{"unknown long option", "cat --nope", "", "", "cat: unrecognized option '--nope'\nTry 'cat --help' for more information.\n", 1},
		{"ambiguous option", "cat --show", "", "", "cat: option '--show' is ambiguous\nTry 'cat --help' for more information.\n", 1},
		{"missing operand", "mkdir", "", "", "mkdir: missing operand\nTry 'mkdir --help' for more information.\n", 1},
		{"back-reference", `grep '\(a\)\1' a`, "", "", "grep: back-references in a pattern are not supported\n", 2},
		{"tar round trip", "tar -czf t.tgz a dir\nrm -r a dir\ntar -xf t.tgz\ncat a dir/s/deep", "", "one\ndeep one\n", "", 0},
		{"tar list", "tar cf t.tar dir\ntar tf t.tar", "", "dir/\ndir/s/\ndir/s/deep\n", "", 0},
		{"tar old form", "tar cf t.tar a\ntar xOf t.tar", "", "one\n", "", 0},
		{"tar of what cannot be read", "chmod 0 a\ntar cf t.tar a dir", "", "", "tar: a: permission denied\n", 2},
		{"tar leaves out what cannot be read", "chmod 0 a\ntar cf t.tar a dir\ntar tf t.tar", "", "dir/\ndir/s/\ndir/s/deep\n", "", 0},
		{"gzip round trip", "gzip a\ngzip -d a.gz\ncat a", "", "one\n", "", 0},
		{"gzip keeps nothing", "gzip a\nls a", "", "", "ls: a: no such file or directory\n", 2},
		{"zcat", "gzip -k a\nzcat a.gz", "", "one\n", "", 0},
		{"zip round trip", "zip -qr z.zip a dir\nrm -r a dir\nunzip -q z.zip\ncat a dir/s/deep", "", "one\ndeep one\n", "", 0},
		{"awk numbers", "awk 'BEGIN{print 123456789012, 2**3}'", "", "123456789012 8\n", "", 0},
		{"awk substr", `awk 'BEGIN{print substr("hello",0,2)}'`, "", "h\n", "", 0},
		{"awk characters", `awk 'BEGIN{print length("h\303\251llo")}'`, "", "5\n", "", 0},
		{"awk division by zero", "awk 'BEGIN{print 1/0}'", "", "", "awk: division by zero\n", 2},
		{"awk gensub", `awk 'BEGIN{print gensub(/(a)(b)/,"\\2\\1","g","abab")}'`, "", "baba\n", "", 0},
		{"file text", "file a", "", "a: ASCII text\n", "", 0},
		{"file wasm", "file -b m.wasm", "", "WebAssembly (wasm) binary module version 0x1, WASI preview 1, imports from wasi_snapshot_preview1\n", "", 0},
		{"file mime", "file -bi m.wasm", "", "application/wasm\n", "", 0},
		{"mv over", "mv a b\ncat b", "", "one\n", "", 0},
		{"ln -s", "ln -s a l\nreadlink l", "", "a\n", "", 0},
		{"ls -l of a link", "ln -s a l\nls -F", "", "a\ndir/\nl@\nm.wasm\n", "", 0},
		{"du", "du -sb dir", "", "9\tdir\n", "", 0},
		{"du of a sparse file", "truncate -s 10M a\ndu a", "", "4\ta\n", "", 0},
		{"du of a hole", "truncate -s 10M h\ndu h", "", "0\th\n", "", 0},
		{"copy of a sparse file", "truncate -s 10M a\nmount -t tmp -o size=1m none dir\ncp a dir/b\ncmp a dir/b\ndu -k dir/b", "", "64\tdir/b\n", "", 0},
		{"copy of a sparse file over another", "truncate -s 10M a\ncp m.wasm b\ncp a b\ncmp a b", "", "", "", 0},
		{"copy of a hole to a device", "truncate -s 1M h\ncp h /dev/null", "", "", "", 0},
		{"move of a sparse file", "truncate -s 10M a\nmount -t tmp -o size=1m none dir\nmv a dir/b\nstat -c '%s %b' dir/b", "", "10485760 128\n", "", 0},
		{"length of a sparse file", "truncate -s 10M a\ndu -b a", "", "10485760\ta\n", "", 0},
		{"ls -s of a sparse file", "truncate -s 10M a\nls -s a", "", "4 a\n", "", 0},
		{"stat of a sparse file", "truncate -s 10M a\nstat -c '%s %b' a", "", "10485760 8\n", "", 0},
		{"stat", "stat -c '%s %F %a %h' a", "", "4 regular file 644 1\n", "", 0},
		{"which", "which cat nope", "", "/bin/cat\n", "", 1},
		{"env runs a command", "env X=1 printenv X", "", "1\n", "", 0},
		{"env, not there", "env nope", "", "", "env: nope: no such file or directory\n", 127},
		{"xargs fails", "xargs false", "a", "", "", 123},
		{"find -exec", "find dir -type f -exec cat {} ;", "", "deep one\n", "", 0},
		{"rm refuses dots", "rm -r .", "", "", "rm: refusing to remove '.' or '..' directory: skipping .\n", 1},
		{"cp into itself", "cp -r dir dir/s", "", "", "cp: cannot copy a directory, dir, into itself, dir/s/dir\n", 1},
		{"sed to a file", "sed -n 'w out' a\ncat out", "", "one\n", "", 0},
		{"whoami", "whoami", "", "user\n", "", 0},
		{"kill nobody", "kill 99999", "", "", "kill: (99999): no such process\n", 1},
		{"timeout in time", "timeout 9 sh-none\ntimeout 9 false", "", "", "", 1},
		{"timeout over", "timeout 0.05 sleep 99", "", "", "", 124},
		{"timeout, verbose", "timeout -v -s INT 0.05 sleep 99", "", "", "timeout: sending signal INT to command 'sleep'\n", 124},
		{"timeout by KILL", "timeout -s KILL 0.05 sleep 99", "", "", "", 137},
		{"timeout, then KILL", "timeout -k 0.05 0.05 timeout --foreground -s CONT 0.01 sleep 99", "", "", "", 124},
		{"timeout keeps the status", "timeout --preserve-status 0.05 sleep 99", "", "", "", 143},
		{"timeout without end", "timeout 0 echo x", "", "x\n", "", 0},
		{"timeout of nothing", "timeout 1 nope", "", "", "timeout: nope: no such file or directory\n", 127},
		{"timeout of no time", "timeout x true", "", "", "timeout: invalid time interval 'x'\nTry 'timeout --help' for more information.\n", 125},
		{"timeout without a command", "timeout 1", "", "", "timeout: missing operand\nTry 'timeout --help' for more information.\n", 125},
		{"timeout, no signal", "timeout -s NONE 1 true", "", "", "timeout: NONE: invalid signal\nTry 'timeout --help' for more information.\n", 125},
		{"nice", "nice", "", "0\n", "", 0},
		{"nice runs a command", "nice -n 5 cat a", "", "one\n", "", 0},
		{"nice, old form", "nice -5 cat a", "", "one\n", "", 0},
		{"nice of nothing", "nice nope", "", "", "nice: nope: no such file or directory\n", 127},
		{"nice by letters", "nice -n x true", "", "", "nice: invalid adjustment 'x'\nTry 'nice --help' for more information.\n", 125},
		{"nohup", "nohup cat a", "", "one\n", "", 0},
		{"nohup outlives", "nohup env kill -HUP 0\nnohup echo x", "", "x\n", "", 0},
		{"nohup of nothing", "nohup nope", "", "", "nohup: nope: no such file or directory\n", 127},
		{"ps of some", "ps -o pid= -p 1", "", "1\n", "", 0},
		{"umount nothing", "umount dir", "", "", "umount: dir: nothing is mounted there\n", 1},
		{"umount what is needed", "umount /proc", "", "", "umount: /proc: the system needs it: it cannot be unmounted\n", 1},
		{"mount", "mount -t tmp -r none dir\nls dir\nmount -t tmp\numount dir/\nls dir", "", "s\n", "", 0},
		{"mount lists", "mount -t tmp -o ro,size=1m none dir\nmount -t tmp", "", "none on /work/dir type tmp (ro,size=1m)\n", "", 0},
		{"umount under another", "mount -t tmp none dir\nmkdir dir/in\nmount -t tmp none dir/in\numount dir", "", "", "umount: dir: something else is mounted on a directory of it\n", 1},
		{"df of a name with a blank", "mkdir 'a b'\nmount -t tmp -o size=1m 'my files' 'a b'\ndf 'a b'", "", "Filesystem 1K-blocks Used Available Use% Mounted on\nmy files        1024    0      1024   0% /work/a b\n", "", 0},
		{"mount, no type", "mount x dir", "", "", "mount: x: what it is has to be said: -t TYPE\n", 1},
		{"mount, no such type", "mount -t zzz x dir", "", "", "mount: dir: \"zzz\" is no type of file system: there are tmp\n", 1},
		{"mount without a place", "mount x", "", "", "mount: missing operand after 'x'\nTry 'mount --help' for more information.\n", 1},
		{"umount the root", "umount /", "", "", "umount: /: the top of the tree cannot be unmounted\n", 1},
		{"top of no time", "top -d x", "", "", "top: invalid delay 'x'\nTry 'top --help' for more information.\n", 1},
		{"tty", "tty", "", "not a tty\n", "", 1},
		{"stty", "stty size", "", "", "stty: standard input: inappropriate I/O control operation\n", 1},
		{"tail from stdin", "tail -n2", "1\n2\n3\n", "2\n3\n", "", 0},
		{"man", "man true", "", "NAME\n    true (builtin): Succeed\n\nSYNOPSIS\n    true\n\nDESCRIPTION\n    Succeed.\n\nEXAMPLES\n    $ while true; do echo once; break; done\n    once\n\nNAME\n    true: Do nothing, with success\n\nSYNOPSIS\n    true\n\nDESCRIPTION\n    Do nothing, with success.\n\nEXAMPLES\n    $ while true; do echo once; break; done\n    once\n", "", 0},
		{"man of a word", "man -k checksum list", "", "md5sum      Print checksums of files, or check those in lists of them\nsha1sum     Print checksums of files, or check those in lists of them\nsha256sum   Print checksums of files, or check those in lists of them\n", "", 0},
		{"man of a word that is nowhere", "man -k qwertz", "", "", "man: qwertz: nothing appropriate\n", 1},
		{"man, not there", "man nope", "", "", "man: nope: no manual entry\n", 1},
		{"man of nothing", "man", "", "", "man: what manual page do you want?\n", 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			w.write("a", "one\n")
			w.write("dir/s/deep", "deep one\n")
			w.write("m.wasm", "\x00asm\x01\x00\x00\x00\x01\x04\x01\x60\x00\x00\x02\x23\x01\x16wasi_snapshot_preview1\x08fd_write\x00\x00")
			var got result
			for _, line := range strings.Split(test.lines, "\n") {
				got = w.run(words(line), test.stdin)
			}
			if got.out != test.out || got.code != test.code || test.err != "" && got.err != test.err {
				t.Errorf("code %d, output %q, error %q; want %d, %q, %q", got.code, got.out, got.err, test.code, test.out, test.err)
			}
		})
	}
}

// TestPs looks at the columns of the two that list processes.
func TestPs(t *testing.T) {
	w := newWorld(t)
	for _, test := range []struct {
		name, line string
		header     []string
		args       string // the end of the line of the command itself
	}{
		{"ps", "ps", []string{"PID", "PPID", "STAT", "TTY", "TIME", "COMMAND"}, "ps"},
		{"ps aux", "ps aux", []string{"PID", "PPID", "PGID", "STAT", "TTY", "START", "TIME", "ENGINE", "COMMAND"}, "ps aux"},
		{"ps -ef", "ps -ef", []string{"PID", "PPID", "PGID", "STAT", "TTY", "START", "TIME", "ENGINE", "COMMAND"}, "ps -ef"},
		{"ps -o", "ps -o pid,pcpu,comm", []string{"PID", "%CPU", "COMMAND"}, "ps"},
		{"top", "top -b -n 1", []string{"PID", "PPID", "STAT", "TTY", "ENGINE", "%CPU", "TIME", "COMMAND"}, "top -b -n 1"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := w.run(words(test.line), "")
			lines := strings.Split(strings.TrimRight(got.out, "\n"), "\n")
			if strings.HasPrefix(test.line, "top") {
				if !strings.HasPrefix(lines[0], "top - ") || len(lines) < 3 {
					t.Fatalf("printed %q", got.out)
				}
				lines = lines[2:]
			}
			if head := strings.Fields(lines[0]); !slices.Equal(head, test.header) || got.code != 0 {
				t.Errorf("header %q, code %d", head, got.code)
			}
			if !slices.ContainsFunc(lines, func(l string) bool { return strings.HasSuffix(strings.TrimSpace(l), " "+test.args) }) {
				t.Errorf("it is not in its own list: %q", got.out)
			}
		})
	}
}

// TestHelp asks every command for its manual.
func TestHelp(t *testing.T) {
	w := newWorld(t)
	for _, c := range commands.All() {
		if c.Help == "" || !strings.HasPrefix(c.Page().Usage(), "Usage: "+c.Name) {
			t.Errorf("%s has no manual", c.Name)
		}
		switch c.Name {
		case "echo", "test", "[":
			continue // --help is text for them
		}
		if got := w.run([]string{c.Name, "--help"}, ""); got.code != 0 && c.Name != "false" || got.out != c.Page().Usage() {
			t.Errorf("%s --help: code %d, %q", c.Name, got.code, got.out)
		}
	}
}

// TestPipeEnds starts a writer without end; it must end when its reader does.
func TestPipeEnds(t *testing.T) {
	w := newWorld(t)
	r, wr, err := w.fs.Pipe()
	w.must(err)
	spawn := func(in, out int, argv ...string) int {
		pid, err := w.fs.Spawn(&sys.SpawnAttr{Argv: argv, Env: []string{"PATH=/bin"}, Cwd: workDir, FDs: [][2]uint32{{uint32(in), 0}, {uint32(out), 1}}})
		w.must(err)
		return pid
	}
	null, err := w.fs.Open("/dev/null", sys.ORead|sys.OWrite, 0)
	w.must(err)
	yes := spawn(null, wr, "yes")
	head := spawn(r, null, "head", "-n3")
	w.must(w.fs.Close(r))
	w.must(w.fs.Close(wr))
	for _, pid := range []int{yes, head} {
		if _, _, err := w.fs.Wait(pid, 0); err != nil {
			t.Fatal(err)
		}
	}
}

// TestKilled ends a command that computes without a system call of its own.
func TestKilled(t *testing.T) {
	w := newWorld(t)
	for _, argv := range [][]string{{"awk", "BEGIN{while(1)x++}"}, {"sleep", "1000"}, {"sed", ":a;ba"}} {
		in, err := w.fs.Open(workDir, 0, 0)
		w.must(err)
		w.write("in", "x\n")
		file, err := w.fs.Open(workDir+"/in", sys.ORead, 0)
		w.must(err)
		pid, err := w.fs.Spawn(&sys.SpawnAttr{Argv: argv, Env: []string{"PATH=/bin"}, Cwd: workDir, FDs: [][2]uint32{{uint32(file), 0}}})
		w.must(err)
		w.must(w.fs.Kill(pid, sys.SIGTERM))
		ended := make(chan sys.WaitStatus, 1)
		go func() {
			_, status, _ := w.fs.Wait(pid, 0)
			ended <- status
		}()
		select {
		case status := <-ended:
			if status.Signal() != sys.SIGTERM {
				t.Errorf("%v ended with %v", argv, status)
			}
		case <-time.After(30 * time.Second):
			t.Fatalf("%v goes on", argv)
		}
		w.fs.Close(in)
		w.fs.Close(file)
	}
}
