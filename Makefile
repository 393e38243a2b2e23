.DEFAULT_GOAL := help
.PHONY: help run test test-deep quick golden fmt lint cert docs bench screenshots clean

help: ## lists these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## installs what is missing, builds, seeds the demo and serves it; YIMEN_HTTP_TLS=true for https
	@scripts/run.sh

test: ## everything on SQLite and PostgreSQL, with a real browser; ends with one count
	@scripts/test.sh

test-deep: ## lets mutated input loose on every parser for a minute each, and kills the server under load; hours
	@scripts/test-deep.sh

quick: ## Swift tests on SQLite only, no browser
	@scripts/test.sh quick

golden: ## writes the kept HTTP exchanges of the tests anew; read the diff before committing it
	@. scripts/build.sh && YIMEN_GOLDEN=write swift test --disable-xctest --filter Golden

fmt: ## formats the Swift sources
	@swift format --in-place --recursive --parallel Package.swift Sources Tests

lint: ## checks the format of the Swift sources
	@swift format lint --recursive --parallel --strict Package.swift Sources Tests

cert: ## makes a development CA and a certificate for localhost under certs/
	@certs/make-development-ca.sh

docs: ## writes the configuration reference anew from the program
	@scripts/docs.sh

bench: ## measures and prints every figure beside its limit
	@scripts/packages.sh build bench && Benchmarks/run

screenshots: ## takes the pictures of docs/pictures from a running demo of its own
	@scripts/packages.sh build test && scripts/venv.sh && . scripts/build.sh && swift build && .build/venv/bin/python Tests/Acceptance/screenshots.py

clean: ## removes what was built; the data in var/ stays
	@swift package clean
