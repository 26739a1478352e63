package guests

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// aptSources is the release that the recipes were tried with.
const aptSources = `deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian bookworm main
deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian-security bookworm-security main
deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian bookworm main
`

// debs is a directory below build/toolchains with Debian's binary packages
// unpacked into it. The system's own packages are not touched, and no
// privilege is needed.
func (w *Workshop) debs(name, what string, packages ...string) (dir string, err error) {
	shop := *w
	shop.Offline = w.Offline || w.AtHand
	return shop.fetched(name, what, strings.Join(packages, " "), func(temp string) error {
		apt, err := w.apt()
		if err != nil {
			return err
		}
		archives := filepath.Join(temp, "archives")
		if err := os.Mkdir(archives, 0o777); err != nil {
			return err
		}
		if err := w.run(archives, nil, "apt-get", append(append(apt, "download"), packages...)...); err != nil {
			return err
		}
		files, err := filepath.Glob(filepath.Join(archives, "*.deb"))
		if err != nil {
			return err
		}
		for _, file := range files {
			if err := w.run(temp, nil, "dpkg", "-x", file, temp); err != nil {
				return err
			}
		}
		return os.RemoveAll(archives)
	})
}

// debSource is a directory with the original sources of one of Debian's packages.
func (w *Workshop) debSource(pkg string) (dir string, err error) {
	return w.fetched("src-"+pkg, "Debian's source package "+pkg, "", func(temp string) error {
		apt, err := w.apt()
		if err != nil {
			return err
		}
		if err := w.run(temp, nil, "apt-get", append(apt, "source", "--download-only", pkg)...); err != nil {
			return err
		}
		origs, err := filepath.Glob(filepath.Join(temp, "*.orig.tar.*"))
		if err != nil || len(origs) == 0 {
			return errors.Join(err, fmt.Errorf("%s has no original sources", pkg))
		}
		return w.run(temp, nil, "tar", "-x", "--strip-components=1", "-f", origs[0])
	})
}

// fetched is a directory below build/toolchains that fill has filled: it is made
// in one step, so that it is whole if it is there. key changes when it must be made anew.
func (w *Workshop) fetched(name, what, key string, fill func(temp string) error) (dir string, err error) {
	dir = w.toolchains(name)
	mark := filepath.Join(dir, ".complete")
	if old, err := os.ReadFile(mark); err == nil && string(old) == key {
		return dir, nil
	}
	if w.Offline {
		return "", &MissingError{What: what, How: "`go run ./cmd/guests` fetches it"}
	}
	w.logf("fetching %s", what)
	temp := dir + ".part"
	if err := os.RemoveAll(temp); err != nil {
		return "", err
	}
	if err := os.MkdirAll(temp, 0o777); err != nil {
		return "", err
	}
	if err := fill(temp); err != nil {
		if missing, ok := errors.AsType[*MissingError](err); ok {
			return "", &MissingError{what, missing.How, missing.Err}
		}
		return "", &MissingError{what, "it could not be fetched: " + err.Error(), err}
	}
	if err := os.WriteFile(filepath.Join(temp, ".complete"), []byte(key), 0o666); err != nil {
		return "", err
	}
	if err := os.RemoveAll(dir); err != nil {
		return "", err
	}
	return dir, os.Rename(temp, dir)
}

// apt is the arguments that make apt-get work on a state of its own, with its
// lists fetched.
func (w *Workshop) apt() ([]string, error) {
	for _, name := range []string{"apt-get", "dpkg"} {
		if _, err := exec.LookPath(name); err != nil {
			return nil, &MissingError{What: name, How: "it is fetched with apt-get on Debian 12 alone; elsewhere install the toolchain that examples/README.md names"}
		}
	}
	state := w.toolchains("apt")
	sources := filepath.Join(state, "sources.list")
	args := []string{
		"-q",
		"-o", "Dir::State=" + state,
		"-o", "Dir::State::lists=" + filepath.Join(state, "lists"),
		"-o", "Dir::State::status=" + filepath.Join(state, "status"),
		"-o", "Dir::Cache=" + state,
		"-o", "Dir::Cache::archives=" + filepath.Join(state, "archives"),
		"-o", "Dir::Etc::sourcelist=" + sources,
		"-o", "Dir::Etc::sourceparts=-",
		"-o", "APT::Sandbox::User=root", // the state is not where the user _apt may read
	}
	if _, err := os.Stat(filepath.Join(state, ".complete")); err == nil {
		return args, nil
	} else if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	for _, dir := range []string{"lists/partial", "archives/partial"} {
		if err := os.MkdirAll(filepath.Join(state, dir), 0o777); err != nil {
			return nil, err
		}
	}
	if err := os.WriteFile(sources, []byte(aptSources), 0o666); err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(state, "status"), nil, 0o666); err != nil {
		return nil, err
	}
	if err := w.run(state, nil, "apt-get", append(args, "update")...); err != nil {
		return nil, err
	}
	return args, os.WriteFile(filepath.Join(state, ".complete"), nil, 0o666)
}
