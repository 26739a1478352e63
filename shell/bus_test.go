package shell_test

import (
	"strings"
	"testing"
)

// TestBus has the shell serve packages of the bus, and call them.
func TestBus(t *testing.T) {
	tests := []struct {
		name, script, out, err string
		code                   int
	}{
		{"a command serves", `
bus serve up up/1.Up 'tr a-z A-Z' up/1.Fail 'exit 3' &
until bus ls | grep -q ^up; do :; done
echo '"some text"' | bus call up up/1.Up -
bus call up up.up text=x
bus call up up/1.Fail
kill %1`, "\"SOME TEXT\"\n{\n  \"TEXT\": \"X\"\n}\n", "bus: unknown: the command ended with code 3\n", 0},
		{"a server that ends", `
bus serve slow slow/1.Slow 'echo >/tmp/begun; sleep 2' &
until bus ls | grep -q ^slow; do :; done
bus call slow slow/1.Slow & call=$!
until test -s /tmp/begun; do :; done
kill %1; wait $call; echo $?`, "1\n", "bus: unavailable: the package slow has ended\n", 0},
		{"a command that reads nothing of much", `
bus serve deaf deaf/1.Deaf 'exit 3' &
until bus ls | grep -q ^deaf; do :; done
head -c 300000 /dev/zero | base64 -w 0 | sed 's/.*/"&"/' >/tmp/much
bus call deaf deaf/1.Deaf - </tmp/much
kill %1`, "", "bus: unknown: the command ended with code 3\n", 0},
		{"a command's own broken pipe", `
bus serve y y/1.Y 'yes | head -1' &
until bus ls | grep -q ^y; do :; done
bus call y y/1.Y
kill %1`, "\"y\"\n", "", 0},
		{"a time limit", `
bus serve slow slow/1.Slow 'sleep 2' &
until bus ls | grep -q ^slow; do :; done
bus call -t 1 slow slow/1.Slow; echo $?; kill %1`, "1\n", "bus: deadline_exceeded: the time for the call is over\n", 0},
		{"grants", `
bus grants deny http 'fs:/home/x'; bus grants allow 'http:*.example'; bus grants forget fs:/home/x
bus grants; bus grants --json | tr -d ' \n'; echo
bus grants maybe http; bus grants deny 'http:a b'`,
			"deny   http                             user\nallow  http:*.example                   user\n" +
				`[{"pattern":"http","decision":"deny","origin":"user"},{"pattern":"http:*.example","decision":"allow","origin":"user"}]` + "\n",
			"bus: 'maybe' is none of allow, deny, ask and forget\nTry 'bus --help' for more information.\nbus: \"http:a b\" has a blank or a control character\n", 2},
		{"grants that there are not", `
bus grants deny http; bus grants forget tcp http fs:/home/x; echo $?; bus grants; bus grants forget http`,
			"1\n", "bus: the user has no rule for tcp, fs:/home/x\nbus: the user has no rule for http\n", 1},
		{"a port that is denied", `
bus grants deny tcp:localhost:9; nc localhost 9; bus grants forget tcp:localhost:9; nc localhost 9`, "",
			"nc: connect to localhost port 9: the grant tcp:localhost is missing: the user's rule for tcp:localhost:9 denies it; give it with: bus grants allow 'tcp:localhost'\nnc: connect to localhost port 9: connection refused\n", 1},
		{"grants of one program", `
bus serve up up/1.Up 'tr a-z A-Z' &
until bus ls | grep -q ^up; do :; done
run --grant none bus call up up/1.Up x=1
run --grant bus:up bus call up up/1.Up x=1 | tr -d ' \n'; echo
run --grant bus:up run --grant tcp nc localhost 9
run --grant tcp sh -c 'nc localhost 9; bus grants allow http'
run --grant 'http:a b' true
kill %1`, "{\"X\":1}\n", `bus: permission_denied: the grant bus:up is missing: the program was started without it: give it with: run --grant 'bus:up'
nc: connect to localhost port 9: the grant tcp:localhost is missing: the program was started without it: give it with: run --grant 'tcp:localhost'
nc: connect to localhost port 9: connection refused
bus: grants are the user's to change: no program that a guest or a package has started may
sh: true: "http:a b" has a blank or a control character
`, 0},
		{"json", `
bus serve up up/1.Up 'tr a-z A-Z' &
until bus ls | grep -q ^up; do :; done
bus call up up/1.Up x=1 >/tmp/out; bus stats --json up | tr -d ' \n' | sed 's/"pids":[^]]*],//'; bus ls --json | grep -c '"name"'; kill %1`,
			`[{"name":"up","state":"running","calls":2,"faults":0,"open":0}]1` + "\n", "", 0},
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
