# Every target that carries a `##` is listed by `make` alone.

.DEFAULT_GOAL := help
SHELL := /bin/sh
MAKEFLAGS += --no-print-directory

# release: slower to build, faster to serve.
PROFILE ?= dev
target_dir := $(or $(CARGO_TARGET_DIR),target)
binary := $(target_dir)/$(if $(filter dev,$(PROFILE)),debug,$(PROFILE))/ringfence

.PHONY: help
help: ## list the targets
	@echo 'usage: make TARGET [PROFILE=release]'
	@echo
	@awk -F ':.*## ' '/^[a-z][a-z0-9-]*:.*## / { printf "  %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: build ## a private PostgreSQL, demo tenants and the service on 127.0.0.1:8080, until Ctrl-C
	@exec '$(binary)' run

.PHONY: build
build: cargo ## the binary
	@cargo build --locked --profile '$(PROFILE)' --package ringfence

.PHONY: test
test: tools ## everything below but the bench, at small counts (CASES=n raises isolation's)
	@sh tests/e2e/setup.sh client
	@sh tests/e2e/setup.sh schemathesis
	@sh tests/e2e/setup.sh scim
	@$(with) cargo test --locked --workspace --exclude ringfence-tests --no-fail-fast
	@$(with) cargo test --locked --package ringfence-tests --test lints --test documents
	@$(with) cargo test --locked --package ringfence-tests --no-fail-fast --test spine --test lists --test races --test limits --test people --test machines --test hostile_credentials --test roles --test scim --test sign_in --test crossing --test contract --test bad_input --test attacks --test canaries
	@CASES=$${CASES:-300} $(with) cargo test --locked --package ringfence-tests --test isolation
	@CASES=50000 $(with) cargo test --locked --package ringfence-tests --test authorization
	@$(with) cargo test --locked --package ringfence-tests --test mutants -- --nocapture
	@CASES=3 $(with) cargo test --locked --package ringfence-tests --test faults -- --nocapture
	@$(with) cargo test --locked --package ringfence-tests --test e2e
	@env -u CASES $(with) cargo test --locked --package ringfence-tests --test schemathesis -- --nocapture
	@$(with) cargo test --locked --package ringfence-tests --test scim_tester -- --nocapture

.PHONY: isolation
isolation: tools ## 50,000 generated cases over every route, verb and role, and as SQL; without row security; in parallel plans
	@CASES=$${CASES:-50000} $(with) cargo test --locked --package ringfence-tests --test isolation -- --nocapture

.PHONY: authorization
authorization: tools ## 50,000 generated cases of who may do what, beside a reference model (CASES=, SEED=)
	@CASES=$${CASES:-50000} $(with) cargo test --locked --package ringfence-tests --test authorization -- --nocapture

.PHONY: mutants
mutants: tools ## takes away each wall, door, key, grant, check and predicate in turn; every lint on its fault
	@MUTANTS=all $(with) cargo test --locked --package ringfence-tests --test mutants --test lints -- --nocapture

.PHONY: faults
faults: tools ## 20 kills of the service and of PostgreSQL under load: nothing acknowledged is lost or doubled
	@CASES=$${CASES:-20} $(with) cargo test --locked --package ringfence-tests --test faults -- --nocapture

.PHONY: e2e
e2e: tools ## a generated TypeScript client, the page at /docs in Chromium, a certified identity provider (installs what it needs)
	@sh tests/e2e/setup.sh client
	@$(with) cargo test --locked --package ringfence-tests --test e2e -- --nocapture

.PHONY: schemathesis
schemathesis: tools ## at least 5,000 generated requests over the whole document (installs what it needs)
	@sh tests/e2e/setup.sh schemathesis
	@CASES=$${CASES:-20} $(with) cargo test --locked --package ringfence-tests --test schemathesis -- --nocapture

.PHONY: scim
scim: tools ## scim2-tester, unmodified, provisions users and groups of a tenant (installs what it needs)
	@sh tests/e2e/setup.sh scim
	@$(with) cargo test --locked --package ringfence-tests --test scim --test scim_tester -- --nocapture

.PHONY: bench
bench: cargo ## the service beside pgbench, its own walls taken away, and a plain Fastify (installs what it needs; ROUNDS=, SECONDS=)
	@sh tests/e2e/setup.sh bench
	@cargo build --locked --release --package ringfence --package ringfence-tests --bin ringfence --bin bench
	@RINGFENCE_BINARY='$(target_dir)/release/ringfence' '$(target_dir)/release/bench'

.PHONY: clippy
clippy: cargo ## clippy over everything; a warning fails
	@cargo clippy --locked --workspace --all-targets -- --deny warnings

.PHONY: schema
schema: tools ## writes sql/schema.sql and the tables of policies/README.md anew
	@$(with) '$(target_dir)/debug/schema'

.PHONY: matrix
matrix: tools ## writes policies/matrix.txt anew: who may do what
	@MATRIX=write $(with) cargo test --locked --package ringfence-tests --test isolation the_committed_matrix

.PHONY: openapi
openapi: tools ## writes openapi.json anew
	@'$(target_dir)/debug/openapi'

.PHONY: tools
tools: cargo
	@cargo build --locked --package ringfence-tests --bins --package ringfence

with := '$(target_dir)/debug/with-postgres'

.PHONY: cargo
cargo:
	@command -v cargo >/dev/null || { \
	  echo 'make: cargo is missing: install Rust 1.95 or newer from https://rustup.rs, then open a new shell' >&2; \
	  exit 1; }
