package mounts_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

func TestOverlay(t *testing.T) {
	_, f := boot(t)
	for _, dir := range []string{"/low", "/up"} {
		must(t, f.MkdirAll(dir, 0o755))
	}
	must(t, f.WriteFile("/a/archive", tarOf(t, "d/file", "old\n"), 0o644))
	must(t, f.Mount("/low", &sys.MountAttr{Type: "tar", Source: "/a/archive"}))
	must(t, f.Mount("/b", &sys.MountAttr{Type: "overlay", Source: "none", Options: []string{"lowerdir=/low", "upperdir=/up", "workdir=/w"}}))
	must(t, f.WriteFile("/b/d/file", []byte("new\n"), 0o644))
	must(t, f.WriteFile("/b/d/second", nil, 0o644))
	for name, want := range map[string]string{"/b/d/file": "new\n", "/low/d/file": "old\n", "/up/d/file": "new\n"} {
		if data, err := f.ReadFile(name); string(data) != want || err != nil {
			t.Errorf("%s: %q, %v", name, data, err)
		}
	}
	if err := f.Unmount("/low"); errno.Of(err) != errno.EBUSY {
		t.Error(err)
	}
	must(t, errors.Join(f.Unmount("/b"), f.Unmount("/low")))
}

func TestOverlay_errors(t *testing.T) {
	for _, test := range []struct{ name, options, says string }{
		{"nothing", "", "needs the option lower"},
		{"no such directory", "lower=/none", "/none: no such file"},
		{"a file", "lower=/f", "not a directory"},
		{"one in another", "lower=/a,upper=/a/sub", "one in another"},
		{"the same", "lower=/a,upper=/a", "the same"},
		{"read-only", "lower=/a,upper=/proc", "nothing can be written"},
		{"read-only with an upper one", "ro,lower=/a,upper=/b", "first of lower"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, f := boot(t)
			must(t, errors.Join(f.MkdirAll("/a/sub", 0o755), f.WriteFile("/f", nil, 0o644)))
			err := f.Mount("/b", &sys.MountAttr{Type: "overlay", Options: strings.Split(test.options, ",")})
			if err == nil || !strings.Contains(err.Error(), test.says) {
				t.Errorf("%v, which does not say %q", err, test.says)
			}
		})
	}
}
