package shell_test

import (
	"strings"
	"testing"
)

// TestTrace has commands be traced; times and pids are taken out of what is compared.
func TestTrace(t *testing.T) {
	const plain = ` | sed 's/^ *[0-9.]* \[[0-9]*\] //; s/ <[0-9.]*>$//'`
	for _, test := range []struct{ name, script, out, err string }{
		{"a command", "trace -o f cat nofile 2>/dev/null; echo $?; cat f" + plain,
			`1
open("nofile", O_RDONLY, 0) = -1 ENOENT (no such file or directory)
write(2, "cat: nofile: no such file or directory\n", 39) = 39
`, ""},
		{"some calls", "echo text >f; trace -e open,read cat f 2>&1 >/dev/null" + plain,
			"open(\"f\", O_RDONLY, 0) = 3\nread(3, 65536) = 5 \"text\\n\"\nread(3, 65536) = 0 \"\"\n", ""},
		{"all but some", "echo text >f; trace -e '!open,read,fstat,stat,getfd,poll,seek' cat f 2>&1 >/dev/null" + plain, "write(1, \"text\\n\", 5) = 5\nclose(3) = 0\n", ""},
		{"children only if they are wanted", "trace -e write sh -c 'echo a | cat >/dev/null' 2>&1 | grep -c write; trace -f -e write sh -c 'echo a | cat >/dev/null' 2>&1 | grep -c write", "0\n2\n", ""},
		{"a summary", "trace -c -o f cat /dev/null; tail -1 f | grep -c 'total$'", "1\n", ""},
		{"a file for Chrome", "trace --chrome f.json -e write echo hi 2>/dev/null; grep -o '\"name\":\"write\",\"cat\":\"syscall\",\"ph\":\"X\"' f.json", "hi\n\"name\":\"write\",\"cat\":\"syscall\",\"ph\":\"X\"\n", ""},
		{"json", "trace -j -e write echo hi 2>&1 >/dev/null | sed 's/.*\"call\"/\"call\"/'", `"call":"write","args":"1, \"hi\\n\", 3","result":"3"}` + "\n", ""},
		{"the bus", `
bus serve up up/1.Up 'tr a-z A-Z' &
until bus ls | grep -q ^up; do :; done
trace -e bus bus call up up/1.Up x=1 2>&1 >/dev/null` + plain + ` | sed 's/#[0-9]*/#/; s/{"services.*/{}/'
kill %1`, "bus(#, up, bus/1.Describe) = {}\nbus(#, up, up/1.Up, {\"x\":1}) = {\"X\":1}\n", ""},
		{"all of the bus", `
bus serve up up/1.Up 'tr a-z A-Z' &
until bus ls | grep -q ^up; do :; done
bus trace up >f &
until grep -q 'up/1.Up, {"x":1}' f; do bus call up up/1.Up x=1 >/dev/null; done; kill %1 %2`, "", ""},
		{"a process that runs", `
while :; do cat /dev/null; done & trace -p $! -e spawn -o f & until grep -q spawn f 2>/dev/null; do :; done; kill %1; wait %2; echo $?`, "0\n", ""},
		{"what is no call", "trace -e nothing true; trace", "", "trace: there is no call 'nothing'\nTry 'trace --help' for more information.\ntrace: give either a command or -p PID\nTry 'trace --help' for more information.\n"},
		{"what is no command", "trace nosuch; echo $?", "127\n", "trace: nosuch: no such file or directory\n"},
		{"exit codes", "trace -o f sh -c 'exit 5'; echo $?", "5\n", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := run(t, boot(t), "/tmp", "", "sh", "-c", strings.TrimSpace(test.script))
			if got.out != test.out || got.err != test.err {
				t.Errorf("%q, %q; want %q, %q", got.out, got.err, test.out, test.err)
			}
		})
	}
}
