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
	@awk -F ':.*## ' '/^[a-z][a-z-]*:.*## / { printf "  %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: build ## a private PostgreSQL, demo tenants and the service on 127.0.0.1:8080, until Ctrl-C
	@exec '$(binary)' run

.PHONY: build
build: cargo ## the binary
	@cargo build --locked --profile '$(PROFILE)' --package ringfence

.PHONY: cargo
cargo:
	@command -v cargo >/dev/null || { \
	  echo 'make: cargo is missing: install Rust 1.95 or newer from https://rustup.rs, then open a new shell' >&2; \
	  exit 1; }
