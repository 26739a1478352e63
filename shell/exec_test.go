package shell_test

import (
	"strings"
	"testing"
)

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

// A job that cannot begin has a number to wait for, as any other.
func TestBackground_cannotBegin(t *testing.T) {
	got := sh(t, boot(t), `nothing-there & wait $!; echo $?
cat <nowhere & wait $!; echo $?
/tmp & wait $!; echo $?
x=$(nothing-there & wait $!; echo $?); echo $x`)
	if want := "127\n1\n126\n127\n"; got.out != want {
		t.Errorf("it printed %q and %q, want %q", got.out, got.err, want)
	}
}

// What run starts in the background is the job itself, not the child of a shell.
func TestRun_isTheJob(t *testing.T) {
	got := sh(t, boot(t), `run sh -c 'echo $$' >pid & wait $!; test "$(cat pid)" = $! && echo same
A=2 run sh -c 'echo $A; exit 3' & wait $!; echo $?
run sleep 100 & kill $!; wait $!; echo $?
ps -o args | grep -c '^sleep 100'
run cat <pid | run wc -l
run --nope x & wait $!; echo $?
run nothing-there | cat; echo "${PIPESTATUS[0]}"`)
	if want := "same\n2\n3\n143\n0\n1\n2\n127\n"; got.out != want {
		t.Errorf("it printed %q and %q, want %q", got.out, got.err, want)
	}
	if n := strings.Count(got.err, "sh: run: "); n != 2 {
		t.Errorf("its errors are %q", got.err)
	}
}
