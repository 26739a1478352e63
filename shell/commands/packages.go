package commands

import (
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/shell/packages"
)

var packagesSpec = spec{name: "packages", synopsis: "[-ij] [NAME...] | -c", run: runPackages, help: `
List the programs of the catalogue and those that are installed, which have a *. Of
each NAME all is told that is known.
  -i, --installed  only those that are installed
  -c, --clean      remove the modules that were fetched and are not installed
  -j, --json       print JSON
install brings a program, uninstall takes it away.`}

func runPackages(c *cmd) int {
	var installed, clean, asJSON bool
	f := c.flags()
	f.bool(&installed, "i|installed")
	f.bool(&clean, "c|clean")
	f.bool(&asJSON, "j|json")
	names := f.parse()
	store := c.packageStore()
	if clean {
		c.operands(names, 0, 0)
		files, bytes, err := store.Clean()
		if err != nil {
			c.fail(1, "%s", reason(err))
		}
		fmt.Fprintf(c.out, "%d files, %d bytes\n", files, bytes)
		return 0
	}
	have, err := store.List()
	if err != nil {
		c.fail(1, "%s", reason(err))
	}
	list := slices.Clone(have)
	var building []string
	if !installed {
		catalog, err := c.catalog(c.p.Context(), store)
		switch {
		case isErrno(err, errno.ENOENT):
			if len(have) == 0 {
				c.fail(1, "there is no catalogue here")
			}
		case err != nil:
			c.fail(1, "%s", reason(err))
		default:
			building = catalog.Building
			for _, p := range catalog.Packages {
				if !named(have, p.Name) {
					list = append(list, p)
				}
			}
		}
	}
	if len(names) > 0 {
		for _, name := range names {
			if slices.Contains(building, name) {
				c.fileError(name, errors.New("it is still being built: install waits for it"))
			} else if !named(list, name) {
				c.fileError(name, errors.New("there is no such package"))
			}
		}
		list = slices.DeleteFunc(list, func(p packages.Package) bool { return !slices.Contains(names, p.Name) })
	}
	sort.Slice(list, func(i, j int) bool { return list[i].Name < list[j].Name })
	switch {
	case asJSON:
		c.printJSON(map[string]any{"packages": list})
	case len(names) > 0:
		for _, p := range list {
			c.tellPackage(&p, store, named(have, p.Name))
		}
	default:
		for _, p := range list {
			mark := " "
			if named(have, p.Name) {
				mark = "*"
			}
			line := fmt.Sprintf("%s %-12s %-10s %6.1f MB  %s", mark, p.Name, p.Version, float64(p.Size)/1e6, p.About)
			c.out.WriteString(strings.TrimRight(line, " ") + "\n")
		}
		switch {
		case len(building) > 0:
			c.errorf("still being built: %s", strings.Join(building, ", "))
		case len(list) == 0 && installed:
			c.errorf("nothing is installed")
		case len(list) == 0:
			c.errorf("the catalogue is empty, and nothing is installed")
		}
	}
	return c.code
}

func named(list []packages.Package, name string) bool {
	return slices.ContainsFunc(list, func(p packages.Package) bool { return p.Name == name })
}

// tellPackage prints all that is known of a package.
func (c *cmd) tellPackage(p *packages.Package, store *packages.Store, installed bool) {
	state, grants := "not installed", strings.Join(p.Grants, " ")
	if grants == "" && p.Grants != nil {
		grants = "no services"
	}
	if installed {
		state = store.Path(p)
	}
	for _, field := range [][2]string{
		{"name", p.Title()}, {"", p.About}, {"runs as", p.Runs()}, {"installed", state}, {"size", fmt.Sprintf("%d bytes", p.Size)},
		{"sha256", p.SHA256}, {"from", p.URL}, {"source", p.Source}, {"license", p.License}, {"may use", grants},
	} {
		if field[1] != "" {
			fmt.Fprintf(c.out, "%-10s %s\n", field[0], field[1])
		}
	}
}
