package main

// section is a part of the table of contents.
type section struct {
	title string
	pages []string // names of files in docs without .md
}

// manualPage is the page that is made from the manual, and has no file.
const manualPage = "commands"

// contents are the pages, in the order in which they are read. Those that it does not name come
// behind them.
var contents = []section{
	{"Begin", []string{"index", "shell", "files", "packages", "sound", "pictures"}},
	{"On your page", []string{"element", "embedding", "hosts", "cells", "accessibility"}},
	{"Write a module", []string{"modules", "bus", "page-bus"}},
	{"Reference", []string{manualPage, "limits", "benchmarks"}},
}
