package kernel

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path"
	"strings"
	"time"

	"github.com/bushel-wasm/bushel/bus/codec"
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/grant"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

const (
	// busDeclarations is where packages are declared, each in a file of JSON.
	busDeclarations = "/etc/bus.d"
	// busIdle is how long an instance without calls lives, unless its declaration
	// says otherwise.
	busIdle = time.Minute
)

// busConf is a declaration of a package.
type busConf struct {
	Name   string   `json:"name"`
	Module string   `json:"module"` // the file; looked up in /bin and $PATH if it is empty
	Args   []string `json:"args"`   // what follows the argument "bus"
	Env    []string `json:"env"`
	Engine string   `json:"engine"`
	// Dirs are the directories that it may reach, besides /dev.
	Dirs []sys.PreopenDir `json:"dirs"`
	// Grants are what it may use of services; see [grant.Rules].
	Grants json.RawMessage `json:"grants"`
	// Idle is how long it lives without calls, as Go writes durations.
	Idle      string `json:"idle"`
	Instances int    `json:"instances"` // how many there may be at once; 1 if it is 0

	file  string // the declaration's; empty for a package that is not declared
	wrong error  // why the package cannot be started as it is declared
}

func (c *busConf) idle() time.Duration {
	if d, err := time.ParseDuration(c.Idle); err == nil && d > 0 {
		return d
	}
	return busIdle
}

// declared reads the declarations. A package whose declaration makes no sense is among them: it
// is not started by guesses, nor from another module of its name that no declaration limits.
func (b *Bus) declared() []busConf {
	files := b.k.init.Files()
	entries, err := files.ReadDir(busDeclarations)
	if err != nil {
		return nil // there is no such directory, mostly
	}
	var list []busConf
	first := map[string]int{} // by the packages' names
	for _, e := range entries {
		if path.Ext(e.Name) != ".json" {
			continue
		}
		file := path.Join(busDeclarations, e.Name)
		text, err := files.ReadFile(file)
		c := parseDeclaration(file, text)
		if err != nil {
			c.wrong = err
		}
		if i, twice := first[c.Name]; twice {
			list[i].wrong = fmt.Errorf("%s declares it too", file)
			continue
		}
		first[c.Name] = len(list)
		list = append(list, c)
	}
	return list
}

// parseDeclaration reads a declaration. One that names no package is that of the file's name.
func parseDeclaration(file string, text []byte) busConf {
	c := busConf{}
	c.wrong = codec.JSON.Unmarshal(text, &c)
	if c.wrong == nil {
		c.wrong = c.check(text)
	}
	if c.Name == "" {
		c.Name = strings.TrimSuffix(path.Base(file), ".json")
	}
	c.file = file
	return c
}

// check is what is wrong with a declaration that could be read from text.
func (c *busConf) check(text []byte) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(new(busConf)); err != nil {
		return fmt.Errorf("it has the %s, which means nothing here", strings.TrimPrefix(err.Error(), "json: unknown "))
	}
	switch idle, err := time.ParseDuration(c.Idle); {
	case c.Name == "":
		return fmt.Errorf("it names no package")
	case c.Idle != "" && (err != nil || idle <= 0):
		return fmt.Errorf("idle is %q, which is no length of time, such as 30s", c.Idle)
	case c.Instances < 0:
		return fmt.Errorf("instances is %d: there is at least 1", c.Instances)
	case c.Engine != "" && c.Engine != "browser" && c.Engine != "wazero":
		return fmt.Errorf("engine is %q, which is none of browser and wazero", c.Engine)
	}
	_, err := grant.Parse(c.Grants)
	return err
}

// present is what the declaration needs and is not there: a directory.
func (c *busConf) present(files *sys.Files) error {
	for _, dir := range c.Dirs {
		if _, err := files.Stat(dir.Path); err != nil {
			return fmt.Errorf("its directory %s: %w", dir.Path, errno.Of(err))
		}
	}
	return nil
}
