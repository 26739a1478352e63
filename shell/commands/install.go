package commands

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/shell/packages"
)

var installSpec = spec{name: "install", synopsis: "[-fq] [-n NAME] [-s SHA256] NAME|URL|FILE...", run: runInstall, help: `
Make programs part of your shell: one of the catalogue by its NAME, a WebAssembly module by
its URL, or a FILE. They are in the folder bin of your home, and stay there as long as it
does. What was fetched once is kept, and need not be fetched again. What is still being
built for the catalogue is waited for. What fails leaves all as it was. A program of the
catalogue may use what the catalogue grants it, and nothing else of services and hosts; the
page and bus grants can forbid it more. One by URL or of a FILE may what any program of
yours may.
  -f, --force        also if there is a program of that name that no package has brought
  -n, --name NAME    what the program is to be called
  -s, --sha256 HASH  what the module's SHA-256 has to be, for a URL or a FILE
  -q, --quiet        say nothing but what goes wrong
The command packages lists what there is; uninstall takes away.`}

var uninstallSpec = spec{name: "uninstall", synopsis: "NAME...", run: runUninstall, help: `
Take away programs that install has brought. Their modules are kept for another time; the
command packages -c removes those.`}

// installer is a run of install.
type installer struct {
	*cmd
	store       *packages.Store
	force       bool
	quiet       bool
	name, sum   string
	interrupted context.Context // done when the user wants no more of it
	says        int             // the file that it speaks on
}

// packageStore is the store of the user.
func (c *cmd) packageStore() *packages.Store {
	home := c.getenv("HOME")
	if home == "" {
		home = "/home/user"
	}
	return packages.NewStore(c.fs, home)
}

// catalog gets the catalogue, and says so if it is an old one.
func (c *cmd) catalog(ctx context.Context, store *packages.Store) (*packages.Catalog, error) {
	catalog, stale, err := store.Catalog(ctx, c.p.Kernel())
	if stale != nil {
		c.errorf("%s; it is taken as it was before", reason(stale))
	}
	return catalog, err
}

func runInstall(c *cmd) int {
	in := &installer{cmd: c, store: c.packageStore(), says: 1}
	f := c.flags()
	f.bool(&in.force, "f|force")
	f.bool(&in.quiet, "q|quiet")
	f.str(&in.name, "n|name")
	f.str(&in.sum, "s|sha256")
	args := f.parse()
	c.operands(args, 1, -1)
	if in.name != "" {
		if len(args) > 1 {
			c.usageError(1, "one name for %d programs", len(args))
		}
		if err := packages.CheckName(in.name); err != nil {
			c.fail(1, "%s", err)
		}
	}
	if in.sum = strings.ToLower(in.sum); in.sum != "" && !packages.IsSum(in.sum) {
		c.fail(1, "a SHA-256 has 64 hexadecimal digits")
	}
	ctx, cancel := context.WithCancel(c.p.Context())
	defer cancel()
	signals := c.p.Catch(sys.SIGINT, sys.SIGTERM, sys.SIGHUP)
	go func() {
		select {
		case <-signals:
			cancel()
		case <-ctx.Done():
		}
	}()
	in.interrupted = ctx
	for _, arg := range args {
		err := in.install(arg)
		if ctx.Err() != nil {
			c.fs.GetPID() // if the process has been ended, this does not return
			c.exit(130)
		}
		if err != nil {
			c.errorf("%s: %s", arg, reason(err))
			c.code = 1
		}
	}
	return c.code
}

// install installs what an operand means.
func (in *installer) install(arg string) error {
	p := new(packages.Package)
	switch {
	case strings.HasPrefix(arg, "http://"), strings.HasPrefix(arg, "https://"):
		u, err := url.Parse(arg)
		if err != nil || u.Host == "" {
			return errors.New("it is no URL")
		}
		p.URL, p.Name = arg, moduleName(u.Path)
	case strings.Contains(arg, "/"), strings.HasSuffix(arg, ".wasm"):
		p.Name = moduleName(arg)
	default:
		found, err := in.find(arg)
		if err != nil {
			return err
		}
		if in.sum != "" {
			return errors.New("the catalogue says what its SHA-256 is")
		}
		return in.fromCatalog(found)
	}
	if in.name != "" {
		p.Name = in.name
	}
	if err := packages.CheckName(p.Name); err != nil {
		return fmt.Errorf("%w: -n gives it one", err)
	}
	if err := in.fetch(arg, p, nil); err != nil {
		return err
	}
	return in.finish(p)
}

// buildWait is how long install waits before it looks again whether a package is built.
const buildWait = time.Second

// find is the package of that name in the catalogue. One that the server is still building is
// waited for.
func (in *installer) find(name string) (*packages.Package, error) {
	for waited := false; ; waited = true {
		catalog, err := in.catalog(in.interrupted, in.store)
		if isErrno(err, errno.ENOENT) {
			return nil, errors.New("there is no catalogue here, so a URL or a file is needed")
		}
		if err != nil {
			return nil, err
		}
		found := catalog.Find(name)
		switch {
		case found != nil:
			return found, nil
		case catalog.Builds(name):
		case waited:
			return nil, errors.New("it has not been built after all, for a reason that the server's terminal tells")
		default:
			return nil, errors.New("the catalogue has no such package; the command packages lists it")
		}
		if !waited {
			in.say("%s is still being built, and is waited for: ^C gives it up", name)
		}
		select {
		case <-in.interrupted.Done():
			return nil, in.interrupted.Err()
		case <-time.After(buildWait):
		}
	}
}

// moduleName is the name of a program whose module is in a file of that path.
func moduleName(file string) string { return strings.TrimSuffix(path.Base(file), ".wasm") }

// fromCatalog installs a package of the catalogue.
func (in *installer) fromCatalog(found *packages.Package) error {
	p := *found
	if in.name != "" {
		p.Command = in.name
	}
	if have, err := in.store.Get(p.Name); err == nil && have != nil && have.SHA256 == p.SHA256 && have.Runs() == p.Runs() && have.Grants != nil && slices.Equal(have.Grants, p.Grants) {
		if _, err := in.fs.Stat(in.store.Path(have)); err == nil {
			in.say("%s is there already", p.Title())
			return nil
		}
	}
	if !in.store.Cached(&p, func(n int) { in.work(2 * n) }) {
		if err := in.fetch(p.Title(), &p, found); err != nil {
			return err
		}
	}
	return in.finish(&p)
}

// fetch brings a module into the cache. want is what the catalogue says of it, or nil.
func (in *installer) fetch(what string, p, want *packages.Package) error {
	d, err := in.store.Draft(want)
	if err != nil {
		return err
	}
	defer d.Drop()
	sum, from := in.sum, io.ReadCloser(nil)
	total := int64(-1)
	if want != nil {
		sum = want.SHA256
	}
	if p.URL != "" {
		from, total, err = in.fetchURL(in.interrupted, p.URL)
	} else {
		from, err = in.open(what)
	}
	if err != nil {
		return err
	}
	defer from.Close()
	if want != nil {
		total = want.Size
	}
	if err := in.pour(d, from, what, total); err != nil {
		return err
	}
	return d.Keep(p, sum)
}

// pour copies a module, and shows how far it is.
func (in *installer) pour(d *packages.Draft, from io.Reader, what string, total int64) error {
	shown := in.newProgress(in.quiet)
	defer shown.clear()
	b := make([]byte, 64<<10)
	for done := int64(0); ; {
		n, err := from.Read(b)
		done += int64(n)
		if _, bad := d.Write(b[:n]); bad != nil {
			return bad
		}
		in.work(2 * n) // which were hashed
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		shown.show(what, done, total)
	}
}

// finish installs what is in the cache, and says so.
func (in *installer) finish(p *packages.Package) error {
	if err := in.store.Install(p, in.force); err != nil {
		return err
	}
	in.say("%s is installed: %.1f MB, run it by its name: %s", p.Title(), float64(p.Size)/1e6, p.Runs())
	if len(p.Grants) > 0 {
		in.say("it may use: %s", strings.Join(p.Grants, " "))
	}
	return nil
}

func (in *installer) say(format string, args ...any) {
	if !in.quiet {
		in.out.Flush()
		in.fs.Write(in.says, fmt.Appendf(nil, format+"\n", args...))
	}
}

func runUninstall(c *cmd) int {
	args := c.flags().parse()
	c.operands(args, 1, -1)
	store := c.packageStore()
	for _, name := range args {
		p, err := store.Get(name)
		if err == nil && p == nil {
			err = errors.New("no package of that name is installed")
		}
		if err == nil {
			err = store.Remove(p)
		}
		if err != nil {
			c.fileError(name, err)
			continue
		}
		fmt.Fprintf(c.out, "%s is gone\n", p.Title())
	}
	return c.code
}
