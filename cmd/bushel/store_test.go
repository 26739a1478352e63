package main

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What is good of a damaged store is read, and the store stays as it is.
func TestStore_damaged(t *testing.T) {
	dir := t.TempDir()
	run := func(script string) result {
		t.Helper()
		cmd := command(t, "-c", script)
		cmd.Dir = dir
		return finish(t, cmd, "")
	}
	if got := run("mkdir m && mount -t store disk m && mkdir m/d && echo text >m/d/f && umount m"); got.code != 0 || got.err != "" {
		t.Fatalf("%+v", got)
	}
	path := filepath.Join(dir, "disk")
	image, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	// The log's first record; the second block has the superblock, which says where it is.
	image[binary.LittleEndian.Uint32(image[4096+32:])<<12+15] ^= 1
	if err := os.WriteFile(path, image, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name, script, out, err string
		code                   int
	}{
		{"to be written", "mount -t store disk m", "", "mount -t store -o ro disk DIRECTORY shows what is good of it", 1},
		{"to be read", "mount -t store -o ro disk m && cat m/d/f && echo x >m/d/g", "text\n", "mount: m: the store is damaged and shown as far as it is good: 1 record of its log is lost\n", 1},
		{"one that is not there", "mount -t store -o ro none m; ls none", "", "none: no such file or directory", 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := run(test.script); got.out != test.out || got.code != test.code || !strings.Contains(got.err, test.err) {
				t.Errorf("%+v", got)
			}
		})
	}
	if now, err := os.ReadFile(path); err != nil || string(now) != string(image) {
		t.Error("it was written to")
	}
}
