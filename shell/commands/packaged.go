package commands

import (
	"github.com/bushel-wasm/bushel/shell/packages"
)

var playSpec = spec{name: "play", synopsis: "[-q] [-v PERCENT] [-o FILE] [FILE|URL|-]", help: `
Play an MP3 file, what is at a URL, or what comes by the standard input. On a terminal a line shows
how far it is; the space bar pauses and goes on, left and right go 5 seconds, up and down make it
louder and quieter, q ends. A browser lets no sound begin before you have clicked or pressed a
key on the page.
  -q          show nothing
  -v PERCENT  how loud it is, to 400
  -o FILE     write the samples to FILE and play nothing: frames of 16 bits for the left and
              the right, low byte first
The program is a package of the catalogue, which is installed when it is first wanted.`,
	run: func(c *cmd) int { return c.packaged("play") }}

// packaged becomes the program of a package, which is installed if it is not there.
func (c *cmd) packaged(name string) int {
	store := c.packageStore()
	p, err := store.Get(name)
	if err != nil {
		c.fail(126, "%s", reason(err))
	}
	if p == nil {
		p = &packages.Package{Name: name}
	}
	if _, err := c.fs.Stat(store.Path(p)); err != nil {
		in := &installer{cmd: c, store: store, interrupted: c.p.Context(), says: 2}
		if err := in.install(name); err != nil {
			c.fail(127, "it comes with a package, which cannot be installed: %s", reason(err))
		}
	}
	return c.become(append([]string{store.Path(p)}, c.args...), nil, nil)
}
