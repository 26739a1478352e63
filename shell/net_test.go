package shell_test

import (
	"strings"
	"testing"
)

// TestNet has processes talk over the kernel's own network.
func TestNet(t *testing.T) {
	tests := []struct {
		name, script, out, err string
		code                   int
	}{
		{"both ways, more than fits", `
seq 30000 >sent
nc -l 7000 <sent >got1 &
until nc localhost 7000 <sent >got2 2>/dev/null; do :; done
wait; cmp sent got1 && cmp sent got2 && echo same`, "same\n", "", 0},
		{"a redirection", `
{ read -r line; echo "got $line"; } < <(nc -l 7000 </dev/null) &
until exec 5<>/dev/tcp/127.0.0.1/7000; do :; done 2>/dev/null
echo text >&5; exec 5>&-; wait`, "got text\n", "", 0},
		{"one after the other", `
nc -lk 7000 </dev/null >got &
for i in 1 2; do until echo $i 2>/dev/null >/dev/tcp/localhost/7000; do :; done 2>/dev/null; done
until test "$(cat got)" = "1
2"; do :; done; kill %1`, "", "", 0},
		{"nobody listens", "nc localhost 9; cat </dev/tcp/localhost/9", "",
			"nc: connect to localhost port 9: connection refused\nsh: /dev/tcp/localhost/9: connection refused\n", 1},
		{"no such host", "nc example.org 80", "", "nc: example.org: no such host (there is only localhost)\n", 1},
		{"no such port", "nc localhost 65536", "", "nc: 65536: no port (a number below 65536)\n", 1},
		{"a port that is taken", "nc -lk 7000 </dev/null >/dev/null & until echo >/dev/tcp/localhost/7000; do :; done 2>/dev/null; nc -l 7000; kill %1",
			"", "nc: port 7000: address in use\n", 0},
		{"run at a port that is none", "run --listen x cat", "", "sh: run: x: no port (a number below 65536)\n", 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := run(t, boot(t), "/tmp", "", "sh", "-c", strings.TrimSpace(test.script))
			if got.out != test.out || got.err != test.err || got.status.Code() != test.code {
				t.Errorf("%q, %q, %d; want %q, %q, %d", got.out, got.err, got.status.Code(), test.out, test.err, test.code)
			}
		})
	}
}
