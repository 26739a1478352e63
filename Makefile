# The thin front of cmd/build, cmd/guests and the tests: see CONTRIBUTING.md.
#
#   make run      build what is missing and serve http://localhost:8080 (PORT moves it)
#   make test     run every test
#   make build    leave the static site in dist/
#   make npm      leave the npm package in build/npm
#   make bench    print the speed table

STATICCHECK := build/tools/staticcheck-0.8.2
GOTESTSUM   := build/tools/gotestsum-1.13.0
PLAYWRIGHT  := node_modules/.bin/playwright test -c e2e
JS          := GOOS=js GOARCH=wasm
# Packages with code for the page's platform only.
JSPACKAGES   = $(shell $(JS) go list -e -f '{{if .GoFiles}}{{.ImportPath}}{{end}}' ./web/... ./kernel/... ./shell/... ./bus/...)

.DEFAULT_GOAL := help
.PHONY: demos docs npm package soak crash help run serve build guests test check vet staticcheck types go-test workers e2e unit wasi-testsuite gostd bench screenshot clean

help: ## print this
	@sed -n 's/^\([a-z0-9-]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 20

run: ## build what is missing and serve it at http://localhost:8080
	@go run ./cmd/build serve

build: guests ## leave the static site in dist/
	@go run ./cmd/build

docs: build ## leave the documentation in dist/docs
	@go run ./cmd/docs

npm: ## leave the npm package in build/npm and build/bushel-VERSION.tgz, and print its hashes
	@go run ./cmd/build npm

guests: ## build the example programs into build/guests
	@go run ./cmd/guests

test: check types go-test workers e2e package ## run every test

check: vet staticcheck
	@bad=$$(gofmt -l $$(git ls-files '*.go')); test -z "$$bad" || { echo "not formatted by gofmt:"; echo "$$bad"; exit 1; }

vet:
	go vet ./...
	$(JS) go vet -stdmethods=false $(JSPACKAGES) # wazero's api.Memory has a ReadByte of its own

staticcheck: $(STATICCHECK)
	$(STATICCHECK) ./...
	$(JS) $(STATICCHECK) -checks inherit,-U1000 $(JSPACKAGES) # it does not know go:wasmexport

$(STATICCHECK):
	GOBIN=$(CURDIR)/build/tools go install honnef.co/go/tools/cmd/staticcheck@v0.8.2
	mv build/tools/staticcheck $@

types: node_modules/.bushel-lock
	node_modules/.bin/tsc -p .
	node_modules/.bin/tsc -p web/ts/workers
	node_modules/.bin/tsc -p web/playwright
	node_modules/.bin/tsc -p e2e

# Where CI is set, up to three tests that failed are run once more: see RATIONALE.md.
go-test: guests $(GOTESTSUM)
	$(GOTESTSUM) --format pkgname --hide-summary skipped $(if $(CI),--rerun-fails=1 --rerun-fails-max-failures 3) --packages ./... -- -race -timeout 25m

$(GOTESTSUM):
	GOBIN=$(CURDIR)/build/tools go install gotest.tools/gotestsum@v1.13.0
	mv build/tools/gotestsum $@

soak: ## ten minutes of random processes, pipes, signals and ends (SEED=N repeats one)
	go test -race -timeout 15m -run Soak ./kernel -soak 10m $(if $(SEED),-seed $(SEED)) -v

crash: build ## kill a page 300 times on each medium while it writes (KILLS=N; SEED=N repeats one; MEDIUM=idb)
	STORE_KILLS=$(or $(KILLS),300) STORE_SEED=$(or $(SEED),1) $(if $(MEDIUM),STORE_MEDIUM=$(MEDIUM)) $(PLAYWRIGHT) store-crash --project chromium

workers: node_modules/.bushel-lock ## test Go programs for js in workers, in Node
	timeout 900 node --test --test-reporter=dot web/ts/workers/gojs.test.mjs

unit: node_modules/.bushel-lock ## test the page's scripts, without a browser
	$(PLAYWRIGHT) --project unit

e2e: build ## drive the page in Chromium and Firefox
	$(PLAYWRIGHT) --project unit --project chromium --project firefox

package: guests npm ## use the npm package as others do: types, Vite, a CDN, its Playwright helpers
	node e2e/package/run.mjs

wasi-testsuite: build ## run the official WASI cases; DIR is a checkout of wasi-testsuite, branch prod/testsuite-base
	node e2e/wasi-testsuite.mjs $(DIR)

gostd: build ## run the tests of Go's own standard library as guests; ONLY="js os" is some of them
	node e2e/gostd.mjs $(ONLY)

bench: build ## print the speed table
	node e2e/bench/run.mjs $(BENCHFLAGS)
	node e2e/bench/storage.mjs
	node e2e/bench/embed.mjs

screenshot: build ## take docs/shell.png
	$(PLAYWRIGHT) --project screenshot

demos: docs ## play the demos: casts, GIFs and pictures in build/demos
	$(PLAYWRIGHT) --project demos

node_modules/.bushel-lock: package-lock.json
	npm ci --no-audit --no-fund --loglevel=error
	@printf %s "$$(sha256sum package-lock.json | cut -d' ' -f1)" > $@

clean: ## remove what was built
	rm -rf dist build e2e/results
