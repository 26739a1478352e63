module github.com/bushel-wasm/bushel

go 1.26.0

require (
	github.com/creack/pty v1.1.24 // indirect
	github.com/evanw/esbuild v0.28.2 // indirect
	github.com/hack-pad/hackpadfs v0.2.4 // indirect
	github.com/rivo/uniseg v0.4.7 // indirect
	github.com/tetratelabs/wazero v1.12.0 // indirect
	golang.org/x/sys v0.49.0 // indirect
	golang.org/x/term v0.47.0 // indirect
	mvdan.cc/sh/v3 v3.14.1 // indirect
)
