// Command docs makes the documentation, a folder of static files, from docs and from
// the shell's manual:
//
//	go run ./cmd/docs [-o dist/docs] [-site ../]
//
// Each page of the table in pages.go is Markdown; the manual's page is made from what
// "man" prints from. A block of the language "console" that begins with a prompt is a live
// cell: its reader can run it, and a test runs them all. Links between pages are
// checked, and one that leads nowhere is an error.
//
// What the pages say belongs to docs and to shell/manual; this command only knows how
// they are shown.
package main

import (
	"flag"
	"fmt"
	"os"
)

func main() {
	out := flag.String("o", "dist/docs", "the `folder` to build into")
	site := flag.String("site", "../", "the `address` of the folder with bushel.js, as a page of the documentation has it")
	flag.Parse()
	b := &builder{docs: "docs", out: *out, site: *site}
	if err := b.build(); err != nil {
		fmt.Fprintf(os.Stderr, "docs: %v\n", err)
		os.Exit(1)
	}
	fmt.Printf("%s has %d pages\n", *out, len(b.pages))
}
