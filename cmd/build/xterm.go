package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"

	"github.com/evanw/esbuild/pkg/api"
)

// xtermStyles are the places where xterm.js writes styles as markup, which a page's
// content security policy may forbid, how many there are of each, and what
// web/ts/xtermstyle.ts has instead.
var xtermStyles = []struct {
	what  string
	place *regexp.Regexp
	count int
	now   string
}{
	{"a <style> element", regexp.MustCompile(`[\w.]+\.createElement\("style"\)`), 3, `bushelStyleElement()`},
	{"a style attribute", regexp.MustCompile(`(_addStyle\((\w+),(\w+)\))\{\w+\.setAttribute\("style",[^;]*;` + "`" + `\)\}`), 1, `$1{bushelAddStyle($2,$3)}`},
}

// xterm bundles xterm.js with styles that every policy allows. It fails where a version of
// xterm.js is other than the one that it knows.
func (b *builder) xterm() api.Plugin {
	return api.Plugin{Name: "xterm", Setup: func(build api.PluginBuild) {
		build.OnLoad(api.OnLoadOptions{Filter: `/@xterm/xterm/lib/xterm\.mjs$`}, func(args api.OnLoadArgs) (api.OnLoadResult, error) {
			source, err := os.ReadFile(args.Path)
			if err != nil {
				return api.OnLoadResult{}, err
			}
			script, err := allowedStyles(string(source))
			if err != nil {
				return api.OnLoadResult{}, fmt.Errorf("%s: %w", args.Path, err)
			}
			from := filepath.ToSlash(filepath.Join(b.root, "web", "ts", "xtermstyle.ts"))
			script = fmt.Sprintf("import { styleElement as bushelStyleElement, addStyle as bushelAddStyle } from %q;\n%s", from, script)
			return api.OnLoadResult{Contents: &script, Loader: api.LoaderJS}, nil
		})
	}}
}

func allowedStyles(script string) (string, error) {
	for _, s := range xtermStyles {
		if n := len(s.place.FindAllStringIndex(script, -1)); n != s.count {
			return "", fmt.Errorf("it writes %s in %d places and not in %d: this version is not known", s.what, n, s.count)
		}
		script = s.place.ReplaceAllString(script, s.now)
	}
	return script, nil
}
