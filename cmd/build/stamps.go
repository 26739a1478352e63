package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
)

// stamps remembers from which sources each file of the site was made, so that
// a step whose sources have not changed is skipped. One step may make several
// files.
type stamps struct {
	file string
	out  string
	// Steps maps a step's name to what it did last.
	Steps map[string]stamp
	// used has the steps of this build.
	used map[string]bool
	// before has the files that earlier builds made.
	before []string
	// changed says that a step has done something.
	changed bool
}

type stamp struct {
	Sources string            // hash of all that went in
	Files   map[string]string // hash of each file that came out, by its path in the site
}

// loadStamps reads the stamps of the site at out. A missing or damaged file
// means that everything is made anew.
func loadStamps(dir, out string) *stamps {
	sum := sha256.Sum256([]byte(out))
	s := &stamps{
		file: filepath.Join(dir, "stamps-"+hex.EncodeToString(sum[:4])+".json"),
		out:  out, Steps: map[string]stamp{}, used: map[string]bool{},
	}
	if data, err := os.ReadFile(s.file); err == nil && json.Unmarshal(data, &s.Steps) != nil {
		s.Steps = map[string]stamp{}
	}
	s.before = s.files()
	return s
}

func (s *stamps) save() error {
	data, err := json.MarshalIndent(s.Steps, "", "\t")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(s.file), 0o755); err != nil {
		return err
	}
	return replace(s.file, append(data, '\n'))
}

// step does work unless its last run had the same sources and its files are
// as it left them. work returns the files, by their paths in the site.
func (s *stamps) step(name, sources string, work func() ([]string, error)) error {
	s.used[name] = true
	if last, ok := s.Steps[name]; ok && last.Sources == sources && s.fresh(last) {
		return nil
	}
	delete(s.Steps, name)
	s.changed = true
	files, err := work()
	if err != nil {
		return err
	}
	done := stamp{Sources: sources, Files: map[string]string{}}
	for _, file := range files {
		if done.Files[file], err = hashFile(filepath.Join(s.out, file)); err != nil {
			return err
		}
	}
	s.Steps[name] = done
	return nil
}

func (s *stamps) fresh(last stamp) bool {
	for file, want := range last.Files {
		if got, err := hashFile(filepath.Join(s.out, file)); err != nil || got != want {
			return false
		}
	}
	return len(last.Files) > 0
}

// files are those of the site that its steps have made, sorted.
func (s *stamps) files() []string {
	var all []string
	for _, step := range s.Steps {
		all = slices.AppendSeq(all, maps.Keys(step.Files))
	}
	slices.Sort(all)
	return all
}

// sweep removes the files that an earlier build made and this one has no use
// for. Nobody else's files are touched.
func (s *stamps) sweep() error {
	keep := map[string]bool{}
	for name, step := range s.Steps {
		if !s.used[name] {
			delete(s.Steps, name)
			continue
		}
		for file := range step.Files {
			keep[file] = true
		}
	}
	for _, file := range s.before {
		if keep[file] {
			continue
		}
		s.changed = true
		if err := os.Remove(filepath.Join(s.out, file)); err != nil && !os.IsNotExist(err) {
			return err
		}
	}
	return nil
}

// listFiles lists the regular files below dir, by slash paths, sorted. A
// missing dir has none.
func listFiles(dir string) ([]string, error) {
	var files []string
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		files = append(files, filepath.ToSlash(rel))
		return err
	})
	if os.IsNotExist(err) {
		return nil, nil
	}
	slices.Sort(files)
	return files, err
}

func hashFile(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// hashAll hashes words and the names and content of files. The order counts.
func hashAll(words, files []string) (string, error) {
	h := sha256.New()
	for _, w := range words {
		fmt.Fprintf(h, "%d %s\n", len(w), w)
	}
	for _, file := range files {
		sum, err := hashFile(file)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(h, "%s %s\n", sum, file)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
