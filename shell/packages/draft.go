package packages

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"path"
	"strconv"
	"strings"

	"github.com/bushel-wasm/bushel/kernel/engine/wasmbin"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// headSize is how much of a module's beginning is kept, to say what it is if it is none.
const headSize = 64

// Draft is a module on its way into the cache of a store. It is to be ended by Keep or Drop.
type Draft struct {
	s    *Store
	name string
	file *sys.File
	sum  hash.Hash
	head []byte
	size int64
	most int64 // that it may have
	want *Package
}

// Draft begins a module. want is what the catalogue says of it, nil for one of which nothing is
// known.
func (s *Store) Draft(want *Package) (*Draft, error) {
	if err := s.f.MkdirAll(s.cache(), 0o755); err != nil {
		return nil, err
	}
	s.sweep()
	d := &Draft{s: s, sum: sha256.New(), most: MaxModule, want: want}
	if want != nil {
		d.most = want.Size
	}
	d.name = path.Join(s.cache(), fmt.Sprintf("%d.part", s.f.GetPID()))
	fd, err := s.f.Open(d.name, sys.OWrite|sys.OCreate|sys.OTrunc, 0o644)
	if err != nil {
		return nil, err
	}
	d.file = s.f.File(fd)
	return d, nil
}

// sweep removes what processes have left behind that were killed while they fetched.
func (s *Store) sweep() {
	entries, _ := s.f.ReadDir(s.cache())
	for _, e := range entries {
		name, ok := strings.CutSuffix(e.Name, ".part")
		if pid, err := strconv.Atoi(name); ok && err == nil && s.f.Kill(pid, 0) != nil {
			s.unlink(path.Join(s.cache(), e.Name))
		}
	}
}

// Write adds to the module. What cannot become a module fails early.
func (d *Draft) Write(b []byte) (int, error) {
	d.head = append(d.head, b[:min(len(b), headSize-len(d.head))]...)
	d.size += int64(len(b))
	if len(d.head) >= 4 {
		if err := notModule(d.head); err != nil {
			return 0, err
		}
	}
	if d.size > d.most {
		if d.want != nil {
			return 0, fmt.Errorf("it has more than the %d bytes that the catalogue says", d.most)
		}
		return 0, fmt.Errorf("it has more than %d MiB", MaxModule>>20)
	}
	d.sum.Write(b)
	return d.file.Write(b)
}

// Keep ends a module that is all there, puts it into the cache and says in p what it is, if it
// is what was wanted. sum is what its SHA-256 has to be, empty if that is not known.
func (d *Draft) Keep(p *Package, sum string) error {
	got := hex.EncodeToString(d.sum.Sum(nil))
	err := d.file.Close()
	d.file = nil
	switch {
	case err != nil:
	case d.size == 0:
		err = errors.New("it is empty")
	case notModule(d.head) != nil:
		err = notModule(d.head)
	case d.want != nil && d.size != d.want.Size:
		err = fmt.Errorf("it has %d bytes, and the catalogue says %d", d.size, d.want.Size)
	case sum != "" && got != sum:
		err = fmt.Errorf("its SHA-256 is %s, and not the expected %s", got, sum)
	default:
		err = d.whole()
	}
	if err == nil {
		p.Size, p.SHA256 = d.size, got
		if err = d.s.f.Chmod(d.name, 0o444); err == nil {
			err = d.s.f.Rename(d.name, d.s.cached(p))
		}
	}
	if err != nil {
		d.Drop()
	}
	return err
}

// whole checks that nothing of the module is missing.
func (d *Draft) whole() error {
	code, err := d.s.f.ReadFile(d.name)
	if err == nil {
		_, err = wasmbin.Parse(code)
	}
	if errors.Is(err, wasmbin.ErrComponent) {
		return err
	}
	if err != nil {
		return fmt.Errorf("it is cut short or damaged: %w", err)
	}
	return nil
}

// Drop gives the module up. It does nothing after Keep.
func (d *Draft) Drop() {
	if d.file != nil {
		_ = d.file.Close()
		d.file = nil
	}
	d.s.unlink(d.name)
}

// Cached reports whether the module of a package is in the cache as it should be. A file that
// nobody may write is as it was when its sum was taken; of any other the sum is taken again, work
// is told how many bytes that were, and one that is damaged is removed.
func (s *Store) Cached(p *Package, work func(n int)) bool {
	if !IsSum(p.SHA256) {
		return false
	}
	if st, err := s.f.Stat(s.cached(p)); err == nil && st.Mode&0o222 == 0 && int64(st.Size) == p.Size {
		return true
	}
	fd, err := s.f.Open(s.cached(p), sys.ORead, 0)
	if err != nil {
		return false
	}
	defer s.f.Close(fd)
	sum, b := sha256.New(), make([]byte, 64<<10)
	for {
		n, err := s.f.Read(fd, b)
		sum.Write(b[:n])
		work(n)
		if err != nil {
			break
		}
	}
	if hex.EncodeToString(sum.Sum(nil)) != p.SHA256 {
		s.unlink(s.cached(p))
		return false
	}
	return true
}

// notModule says why something that begins so is no module.
func notModule(head []byte) error {
	switch text := strings.ToLower(strings.TrimSpace(string(head))); {
	case bytes.HasPrefix(head, []byte("\x00asm")):
		return nil
	case strings.HasPrefix(text, "<"):
		return errors.New("it is a web page, and no WebAssembly module")
	default:
		return errors.New("it is no WebAssembly module")
	}
}
