package shell_test

import "testing"

// The job that stops and ends is a shell; its state is the program's that runs in its place.
func TestExec_isOneWithItsProgram(t *testing.T) {
	got := sh(t, boot(t), `sh -c 'exec sleep 100' &
until ps -o args | grep -q '^sleep 100'; do :; done
kill -STOP $!; until jobs | grep -q Stopped; do :; done
kill -CONT $!; until jobs | grep -q Running; do :; done
kill -KILL $!; wait $!; echo $?
ps -o args | grep -c '^sleep 100'`)
	if got.out != "137\n0\n" || got.err != "" {
		t.Errorf("it printed %q and %q", got.out, got.err)
	}
}
