module github.com/bushel-wasm/bushel

go 1.26

require (
	github.com/evanw/esbuild v0.28.2 // indirect
	github.com/tetratelabs/wazero v1.12.0 // indirect
	golang.org/x/sys v0.44.0 // indirect
)
