package packages

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/grant"
)

const (
	// MaxCatalog is the longest catalogue that is read, in bytes.
	MaxCatalog = 256 << 10
	// MaxModule is the longest module that is installed, in bytes.
	MaxModule = 256 << 20
)

// Package is a program that can be installed, or is.
type Package struct {
	Name    string `json:"name"`
	Version string `json:"version,omitempty"`
	// Command is the name that it is run by; empty: its own.
	Command string `json:"command,omitempty"`
	// URL is where its module is; in a catalogue it may be relative to the catalogue's own.
	URL    string `json:"url"`
	SHA256 string `json:"sha256"` // of the module, in hexadecimal digits
	Size   int64  `json:"size"`   // of the module, in bytes
	// About says in a line what it is, Source what it is built from, License who may use it.
	About   string `json:"about,omitempty"`
	Source  string `json:"source,omitempty"`
	License string `json:"license,omitempty"`
	// Grants are what it may use at most when it runs, as patterns of package grant: what is not
	// among them is denied to it, and what is can still be denied by the page and the user. Nil: nobody has
	// said, and it may what any file of the user may; no package of a catalogue is so.
	Grants []string `json:"grants,omitzero"`
}

// Runs is the name that the package's program is run by.
func (p *Package) Runs() string {
	if p.Command != "" {
		return p.Command
	}
	return p.Name
}

// Title is the package's name, with its version if it has one.
func (p *Package) Title() string { return strings.TrimSpace(p.Name + " " + p.Version) }

// Catalog is a list of packages.
type Catalog struct {
	Packages []Package `json:"packages"`
	// Building are the names of packages that its server is still building: they are to come.
	Building []string `json:"building,omitempty"`
}

// Builds reports whether the server is still building the package of that name, which is also
// that of its program.
func (c *Catalog) Builds(name string) bool { return slices.Contains(c.Building, name) }

// Find is the package of that name, or else the first whose program has it; nil if there is none.
func (c *Catalog) Find(name string) *Package {
	for i := range c.Packages {
		if c.Packages[i].Name == name {
			return &c.Packages[i]
		}
	}
	for i := range c.Packages {
		if c.Packages[i].Runs() == name {
			return &c.Packages[i]
		}
	}
	return nil
}

// Parse reads a catalogue, whose own URL is base. A catalogue with anything in it that makes
// no sense is refused whole. Its URLs are absolute afterwards.
func Parse(text []byte, base string) (*Catalog, error) {
	var c Catalog
	if err := json.Unmarshal(text, &c); err != nil {
		return nil, fmt.Errorf("it is no list of packages in JSON: %w", err)
	}
	from, err := url.Parse(base)
	if err != nil {
		return nil, fmt.Errorf("%q is no URL", base)
	}
	seen := map[string]bool{}
	for i := range c.Packages {
		p := &c.Packages[i]
		if err := p.sound(from); err != nil {
			return nil, fmt.Errorf("package %d: %w", i+1, err)
		}
		if seen[p.Name] {
			return nil, fmt.Errorf("package %d: there are two of the name %q", i+1, p.Name)
		}
		seen[p.Name] = true
	}
	for _, name := range c.Building {
		if err := CheckName(name); err != nil {
			return nil, fmt.Errorf("what is being built: %w", err)
		}
	}
	return &c, nil
}

// sound checks a package of a catalogue, and makes its URL absolute.
func (p *Package) sound(base *url.URL) error {
	if err := CheckName(p.Name); err != nil {
		return err
	}
	if p.Command != "" {
		if err := CheckName(p.Command); err != nil {
			return err
		}
	}
	for _, text := range append([]string{p.Version, p.About, p.Source, p.License}, p.Grants...) {
		if !printable(text) {
			return fmt.Errorf("%s has a text that cannot be printed in a line", p.Name)
		}
	}
	if p.Grants == nil {
		p.Grants = []string{} // what its author has not thought of is denied
	}
	for _, g := range p.Grants {
		if _, err := grant.ParsePattern(g); err != nil {
			return fmt.Errorf("%s: %w", p.Name, err)
		}
	}
	u, err := base.Parse(p.URL)
	if err != nil || p.URL == "" || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return fmt.Errorf("%s has no URL of http or https", p.Name)
	}
	p.URL = u.String()
	if !IsSum(p.SHA256) {
		return fmt.Errorf("%s has no SHA-256", p.Name)
	}
	if p.Size <= 0 || p.Size > MaxModule {
		return fmt.Errorf("%s has a size of %d bytes", p.Name, p.Size)
	}
	return nil
}

// CheckName says why name cannot be that of a package or a command: it is that of a file.
func CheckName(name string) error {
	odd := func(c rune) bool {
		return !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.ContainsRune("._+-", c))
	}
	if name == "" || len(name) > 64 || strings.ContainsFunc(name, odd) || strings.ContainsAny(name[:1], ".-+") {
		return fmt.Errorf("%q is no name for a package", name)
	}
	return nil
}

// IsSum reports whether text is a SHA-256 in lower-case hexadecimal digits.
func IsSum(text string) bool {
	sum, err := hex.DecodeString(text)
	return err == nil && len(sum) == 32 && strings.ToLower(text) == text
}

func printable(text string) bool {
	odd := func(c rune) bool { return !unicode.IsPrint(c) }
	return len(text) <= 300 && utf8.ValidString(text) && !strings.ContainsFunc(text, odd)
}

// Load gets the catalogue of a kernel. The error of a kernel without one is ENOENT.
func Load(ctx context.Context, k *kernel.Kernel) (*Catalog, error) {
	text, base, err := k.Catalog(ctx)
	if errno.Of(err) == errno.ENOENT {
		return nil, err
	}
	if err != nil {
		return nil, fmt.Errorf("the catalogue cannot be had: %w", err)
	}
	if len(text) > MaxCatalog {
		return nil, fmt.Errorf("the catalogue %s has more than %d bytes", base, MaxCatalog)
	}
	c, err := Parse(text, base)
	if err != nil {
		return nil, fmt.Errorf("the catalogue %s makes no sense: %w", base, err)
	}
	return c, nil
}
