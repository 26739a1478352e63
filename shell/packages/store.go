package packages

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// Store is the packages of one user: the modules are in the folder bin of the home, which
// PATH names, a record of each in .local/share/packages, and all modules that were fetched in
// .cache/packages, by their sums. What a package may use at most stands beside its module, for the kernel.
// Every change is one rename, so that a page that is killed leaves the old or the new.
type Store struct {
	f    *sys.Files
	home string
}

// NewStore is the store of the user whose home is the folder home.
func NewStore(f *sys.Files, home string) *Store { return &Store{f, home} }

// Path is the file that a package's program is, or would be.
func (s *Store) Path(p *Package) string { return path.Join(s.home, "bin", p.Runs()+".wasm") }

func (s *Store) records() string           { return path.Join(s.home, ".local/share/packages") }
func (s *Store) record(name string) string { return path.Join(s.records(), name+".json") }
func (s *Store) cache() string             { return path.Join(s.home, ".cache/packages") }
func (s *Store) cached(p *Package) string  { return path.Join(s.cache(), p.SHA256+".wasm") }
func (s *Store) grants(p *Package) string  { return s.Path(p) + kernel.GrantsSuffix }
func missing(err error) bool               { return errors.Is(err, fs.ErrNotExist) }
func (s *Store) unlink(names ...string) {
	for _, n := range names {
		_ = s.f.Unlink(n)
	}
}

// Catalog gets the catalogue of a kernel. Where it cannot be had now, it is the one that was
// got last, and stale says why.
func (s *Store) Catalog(ctx context.Context, k *kernel.Kernel) (c *Catalog, stale, err error) {
	last := path.Join(s.cache(), "catalog.json")
	c, err = Load(ctx, k)
	if err != nil {
		text, gone := s.f.ReadFile(last)
		if gone != nil || errno.Of(err) == errno.ENOENT || ctx.Err() != nil {
			return nil, nil, err
		}
		c, bad := Parse(text, "")
		if bad != nil {
			return nil, nil, err
		}
		c.Building = nil // nobody knows
		return c, err, nil
	}
	text, err := json.Marshal(c)
	if err != nil {
		return nil, nil, err
	}
	// To keep it is for worse days: that it fails is no reason to stop.
	if old, err := s.f.ReadFile(last); (err != nil || !bytes.Equal(old, text)) && s.f.MkdirAll(s.cache(), 0o755) == nil {
		_ = s.f.WriteFile(last, text, 0o644)
	}
	return c, nil, nil
}

// List is what is installed, in the order of names. Records that cannot be read are left out.
func (s *Store) List() ([]Package, error) {
	entries, err := s.f.ReadDir(s.records())
	if missing(err) {
		return nil, nil
	}
	var list []Package
	for _, e := range entries {
		if name, ok := strings.CutSuffix(e.Name, ".json"); ok {
			if p, err := s.Get(name); p != nil && err == nil {
				list = append(list, *p)
			}
		}
	}
	return list, err
}

// Get is what is installed by that name, nil if nothing is.
func (s *Store) Get(name string) (*Package, error) {
	if CheckName(name) != nil {
		return nil, nil
	}
	text, err := s.f.ReadFile(s.record(name))
	if missing(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	p := new(Package)
	if err := json.Unmarshal(text, p); err != nil || p.Name != name || CheckName(p.Runs()) != nil || !IsSum(p.SHA256) {
		return nil, fmt.Errorf("%s: the record makes no sense", s.record(name))
	}
	return p, nil
}

// Install makes the program of a package that is in the cache one that a shell finds. A
// program that is there already and belongs to no package, or to another one, is only replaced
// if force is set. Whatever fails, all is as it was.
func (s *Store) Install(p *Package, force bool) error {
	target := s.Path(p)
	for _, dir := range []string{path.Dir(target), s.records()} {
		if err := s.f.MkdirAll(dir, 0o755); err != nil {
			return err
		}
	}
	before, err := s.Get(p.Name)
	if err != nil && !force {
		return err
	}
	if before == nil || s.Path(before) != target {
		if _, err := s.f.Stat(target); err == nil && !force {
			return errno.Faultf(errno.EEXIST, "%s is there already, and not of this package: -f replaces it", target)
		}
	}
	text, err := json.Marshal(p)
	if err != nil {
		return err
	}
	module, record := target+".new", s.record(p.Name)+".new"
	s.unlink(module, record) // of a page that was killed
	if err = s.f.Link(s.cached(p), module); err == nil {
		err = s.f.WriteFile(record, text, 0o644)
	}
	if err == nil {
		err = s.declare(p) // first, so that it never runs without
	}
	if err == nil {
		err = s.f.Rename(module, target)
	}
	if err == nil {
		// From here on the program is there; without its record it would be nobody's.
		if err = s.f.Rename(record, s.record(p.Name)); err != nil && before == nil {
			s.unlink(target)
		}
	}
	if err != nil {
		s.unlink(module, record)
		if before == nil {
			s.unlink(s.grants(p))
		} else if s.Path(before) == target {
			_ = s.declare(before)
		}
		return err
	}
	if before != nil && s.Path(before) != target {
		s.unlink(s.Path(before), s.grants(before))
	}
	return nil
}

// declare has the kernel know what the program of a package may use at most.
func (s *Store) declare(p *Package) error {
	file := s.grants(p)
	if p.Grants == nil {
		if err := s.f.Unlink(file); err != nil && !missing(err) {
			return err
		}
		return nil
	}
	text, err := json.Marshal(p.Grants)
	if err == nil {
		err = s.f.WriteFile(file+".new", append(text, '\n'), 0o644)
	}
	if err == nil {
		err = s.f.Rename(file+".new", file)
	}
	if err != nil {
		s.unlink(file + ".new")
	}
	return err
}

// Remove takes away what is installed by that name. Its module stays in the cache.
func (s *Store) Remove(p *Package) error {
	if err := s.f.Unlink(s.Path(p)); err != nil && !missing(err) {
		return err
	}
	s.unlink(s.grants(p))
	return s.f.Unlink(s.record(p.Name))
}

// Clean empties the cache of what is not installed, and of what was never fetched whole.
func (s *Store) Clean() (files int, bytes int64, err error) {
	entries, err := s.f.ReadDir(s.cache())
	if missing(err) {
		return 0, 0, nil
	}
	for _, e := range entries {
		name := path.Join(s.cache(), e.Name)
		st, err := s.f.Stat(name)
		if err != nil || st.Type != sys.TypeRegular || st.Nlink > 1 || !strings.HasSuffix(name, ".wasm") && !strings.HasSuffix(name, ".part") {
			continue
		}
		if err := s.f.Unlink(name); err != nil {
			return files, bytes, err
		}
		files, bytes = files+1, bytes+int64(st.Size)
	}
	return files, bytes, err
}
