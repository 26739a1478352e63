package shell

import (
	"context"
	"errors"
	"time"

	"github.com/bushel-wasm/bushel/shell/packages"
)

// hintPatience is how long a shell waits to know of a package.
const hintPatience = 2 * time.Second

// unresolved says why there is no command of a name, and which package has one.
func (sh *shell) unresolved(err error) {
	sh.errorf("%s", err)
	none, ok := errors.AsType[*notFoundError](err)
	if !ok {
		return
	}
	ctx, cancel := context.WithTimeout(sh.p.Context(), hintPatience)
	defer cancel()
	catalog, err := packages.Load(ctx, sh.p.Kernel())
	if err != nil {
		return // there is none, or install will say what is wrong with it
	}
	if p := catalog.Find(none.name); p != nil && p.Runs() == none.name {
		sh.errorf("the package %s has it: install %s", p.Name, p.Name)
	} else if catalog.Builds(none.name) {
		sh.errorf("the package %s has it, which is still being built: install %s waits for it", none.name, none.name)
	}
}
