package shell_test

import "testing"

// What permission bits forbid to their owner, who is not root. These are no cases for
// bash beside them, which may be run by root.
func TestPermission(t *testing.T) {
	for _, test := range []struct{ name, script, out string }{
		{"who", "id -u; echo $UID $EUID; id -un; stat -c %u:%U .", "1000\n1000 1000\nuser\n1000:user\n"},
		{"a file to read only", "echo a >f; chmod 400 f; echo b >>f; echo $?; cat f; test -w f || test -r f && echo r", "sh: f: permission denied\n1\na\nr\n"},
		{"a file to write only", "echo a >f; chmod 200 f; cat f; echo b >>f; chmod 600 f; cat f", "cat: f: permission denied\na\nb\n"},
		{"a folder not to be written", "mkdir d; echo a >d/f; chmod 500 d; touch d/g; rm -f d/f; mkdir d/h; mv d/f .; ls d; chmod 700 d",
			"touch: d/g: permission denied\nrm: d/f: permission denied\nmkdir: d/h: permission denied\nmv: cannot move d/f to ./f: permission denied\nf\n"},
		{"a folder not to be searched", "mkdir d; echo a >d/f; chmod 600 d; cat d/f; cd d; chmod 700 d; cat d/f", "cat: d/f: permission denied\nsh: cd: d: permission denied\na\n"},
		{"a folder not to be read", "mkdir d; echo a >d/f; chmod 300 d; ls d; cat d/f; chmod 700 d", "ls: d: permission denied\na\n"},
		{"a program", "echo 'echo hi' >s; sed -i '1i#!/bin/sh' s; ./s 2>/dev/null; echo $?; chmod 100 s; ./s; chmod 500 s; ./s", "126\nsh: ./s: permission denied\nhi\n"},
		{"umask", "umask 777; echo a >f; cat f; echo $?", "cat: f: permission denied\n1\n"},
		{"tar keeps modes", `mkdir -p d/s; echo deep >d/s/f; ln -s a l; touch -hd 2001-02-03T04:05:06Z l; chmod 400 d/s/f; chmod 500 d/s d
			tar cf t.tar d l; mkdir x; cd x; tar xf ../t.tar; stat -c '%a %n' d d/s d/s/f; stat -c %y l | cut -c1-10; cat d/s/f`,
			"500 d\n500 d/s\n400 d/s/f\n2001-02-03\ndeep\n"},
		{"rm of a folder not to be written", "mkdir -p d/s; echo a >d/s/f; chmod 500 d/s; rm -rf d; chmod u+w d/s; rm -r d; ls", "rm: d/s/f: permission denied\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			k := boot(t)
			if got := run(t, k, "/home/user", "", "sh", "-c", "exec 2>&1\n"+test.script); got.out != test.out {
				t.Errorf("printed\n%s\nnot\n%s", got.out, test.out)
			}
		})
	}
}
