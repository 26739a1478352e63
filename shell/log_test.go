package shell_test

import (
	"strings"
	"testing"
)

// TestLog has the log tell of what the shell does.
func TestLog(t *testing.T) {
	const noTime = `sed 's/^[^a-z]*//'`
	for _, test := range []struct{ name, script, out, err string }{
		{"mounts", "mkdir /m; mount -t tmp some /m; umount /m; log -m mount | " + noTime + " | sed 's/.[0-9]*.: /[]: /'",
			"info  mount[]: mounted path=/m type=tmp source=some\ninfo  mount[]: unmounted path=/m\n", ""},
		{"dmesg", "mkdir /m; mount -t tmp some /m; dmesg | grep -c '^\\[ *[0-9]*\\.[0-9]*\\] info  mount'", "1\n", ""},
		{"grants", "bus grants deny tcp; nc localhost 9 2>/dev/null; log --level warn | grep -o 'grant=.* target=[^ ]*'", "grant=tcp:localhost target=localhost:9\n", ""},
		{"the level", "env nosuch 2>/dev/null; log | grep -c nosuch; log --level debug | grep -c nosuch", "0\n1\n", ""},
		{"a process", "mkdir /m; sh -c 'echo $$ >/pid; mount -t tmp x /m'; log --json -p $(cat /pid) -m mount | wc -l", "0\n", ""},
		{"the last", "mkdir /m; for i in 1 2 3; do mount -t tmp s$i /m; done; log -n 1 | grep -o source=.*", "source=s3\n", ""},
		{"follow", "mkdir /m; log -f -m mount >/tmp/out & until mount -t tmp x /m; grep -q source=x /tmp/out; do umount /m; done; kill %1", "", ""},
		{"nothing is kept", "mkdir /m; log --keep error; mount -t tmp x /m; log --keep debug; log -m mount; log --level most", "", "log: 'most' is none of debug, info, warn and error\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := run(t, boot(t), "/tmp", "", "sh", "-c", strings.TrimSpace(test.script))
			if got.out != test.out || got.err != test.err {
				t.Errorf("%q, %q; want %q, %q", got.out, got.err, test.out, test.err)
			}
		})
	}
}
