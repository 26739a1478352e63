module github.com/bushel-wasm/bushel

go 1.26.0

tool github.com/bushel-wasm/bushel/bus/busgen

require (
	github.com/coder/websocket v1.8.15
	github.com/creack/pty v1.1.24
	github.com/evanw/esbuild v0.28.2
	github.com/fxamacker/cbor/v2 v2.9.6
	github.com/hack-pad/hackpadfs v0.2.4
	github.com/hajimehoshi/go-mp3 v0.3.4
	github.com/rivo/uniseg v0.4.7
	github.com/rogpeppe/go-internal v1.15.0
	github.com/tetratelabs/wazero v1.12.0
	golang.org/x/sys v0.49.0
	golang.org/x/term v0.47.0
	mvdan.cc/sh/v3 v3.14.1
)

require (
	github.com/x448/float16 v0.8.4 // indirect
	github.com/yuin/goldmark v1.8.7
	golang.org/x/tools v0.38.0 // indirect
)
