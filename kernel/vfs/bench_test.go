package vfs

import (
	"fmt"
	"testing"

	"github.com/bushel-wasm/bushel/kernel/sys"
)

func benchNamespace(b *testing.B) (*Namespace, At) {
	ns := NewNamespace(NewMem(MemOptions{}))
	plant(b, ns, "/home/ /home/user/")
	b.ReportAllocs()
	return ns, At{Dir: place(b, ns, "/home/user")}
}

// BenchmarkSmallFile creates, writes, reads and removes a file of 4 KiB.
func BenchmarkSmallFile(b *testing.B) {
	ns, at := benchNamespace(b)
	buf := make([]byte, 4096)
	for b.Loop() {
		p, _, err := ns.OpenNode(at, "file", sys.OWrite|sys.OCreate|sys.OExcl, 0o644)
		if err != nil {
			b.Fatal(err)
		}
		f := p.Node().(File)
		if _, err := f.WriteAt(buf, 0); err != nil {
			b.Fatal(err)
		}
		if n, err := f.ReadAt(buf, 0); n != len(buf) || err != nil {
			b.Fatal(n, err)
		}
		if err := ns.Unlink(at, "file"); err != nil {
			b.Fatal(err)
		}
	}
}

const (
	sequential = 64 << 20
	piece      = 64 << 10
)

func BenchmarkSequentialWrite(b *testing.B) {
	for _, size := range []int{4 << 10, piece} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			ns, at := benchNamespace(b)
			buf := make([]byte, size)
			b.SetBytes(sequential)
			for b.Loop() {
				p, _, err := ns.OpenNode(at, "file", sys.OWrite|sys.OCreate|sys.OTrunc, 0o644)
				if err != nil {
					b.Fatal(err)
				}
				f := p.Node().(File)
				for off := int64(0); off < sequential; off += int64(size) {
					if _, err := f.WriteAt(buf, off); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}

func BenchmarkSequentialRead(b *testing.B) {
	ns, at := benchNamespace(b)
	p, _, err := ns.OpenNode(at, "file", sys.OWrite|sys.OCreate, 0o644)
	must(b, err)
	f := p.Node().(File)
	_, err = f.WriteAt(make([]byte, sequential), 0)
	must(b, err)
	buf := make([]byte, piece)
	b.SetBytes(sequential)
	for b.Loop() {
		for off := int64(0); off < sequential; off += piece {
			if _, err := f.ReadAt(buf, off); err != nil {
				b.Fatal(err)
			}
		}
	}
}

// big is a directory of 10,000 files.
func big(b *testing.B) (*Namespace, At) {
	ns, at := benchNamespace(b)
	for i := range 10_000 {
		create(b, at.Dir.Node().(Dir), fmt.Sprint("file", i))
	}
	return ns, at
}

func BenchmarkLookup(b *testing.B) {
	ns, at := big(b)
	for b.Loop() {
		if _, err := ns.Walk(at, "/home/user/file7777"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkLookupMissing(b *testing.B) {
	ns, at := big(b)
	for b.Loop() {
		if _, err := ns.Walk(at, "missing"); err == nil {
			b.Fatal("it is there")
		}
	}
}

func BenchmarkReadDir(b *testing.B) {
	_, at := big(b)
	d := at.Dir.Node().(Dir)
	for b.Loop() {
		n := 0
		if err := d.ReadDir(0, func(sys.DirEntry) bool { n++; return true }); err != nil || n != 10_000 {
			b.Fatal(n, err)
		}
	}
}

// BenchmarkFill makes and removes 1,000 files in one directory.
func BenchmarkFill(b *testing.B) {
	ns, at := benchNamespace(b)
	names := make([]string, 1000)
	for i := range names {
		names[i] = fmt.Sprint("file", i)
	}
	d := at.Dir.Node().(MutableDir)
	for b.Loop() {
		for _, name := range names {
			create(b, d, name)
		}
		for _, name := range names {
			if err := ns.Unlink(at, name); err != nil {
				b.Fatal(err)
			}
		}
	}
}
