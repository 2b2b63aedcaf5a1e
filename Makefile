# Build products lie outside the checkout, so that a fresh clone finds them again.
export CARGO_TARGET_DIR ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/privet/target

# Labelled texts; see CREDITS.md.
CORPORA ?= ../shared/corpora

.PHONY: help demo build test unit lint clients fuzz bench eval docs

help: ## What there is to make.
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile

demo: ## The main job on this machine: stand-in, gateway, a few conversations.
	cargo run --release -- demo

build: ## The release binary.
	cargo build --release

test: ## Everything CI runs: format, lints, unit, property, promise, client and end-to-end tests.
	tests/run.sh

unit: ## Only the Rust tests; they need PostgreSQL's programs.
	tests/setup.sh
	cargo test --workspace --all-features

lint: ## Format and lints.
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings
	cargo clippy --workspace --all-targets --all-features -- -D warnings

clients: ## The official SDKs and Claude Code through Privet.
	tests/clients/setup.sh
	cargo build
	python3 tests/clients/run.py --privet $(CARGO_TARGET_DIR)/debug/privet

fuzz: ## A million random cases through every parser of outside bytes (minutes).
	cargo run --release -p privet-fuzz -- --cases 1000000

bench: ## Latency, throughput and memory of the gateway, and the parts; see docs/figures.md.
	cargo bench --workspace
	cargo run --release -p privet-load -- --privet $(CARGO_TARGET_DIR)/release/privet

eval: ## How well the detectors do on ../shared/corpora, beside other tools; see docs/how-good.md.
	cargo build --release
	tests/eval/setup.sh
	python3 tests/eval/run.py --compare --privet $(CARGO_TARGET_DIR)/release/privet --corpora $(CORPORA) --write docs/how-good.md

docs: ## Pages that are generated from the code.
	PRIVET_WRITE_DOCS=1 cargo test -p privet --lib
	PRIVET_WRITE_DOCS=1 cargo test -p privet-audit --lib
	PRIVET_WRITE_DOCS=1 cargo test -p privet-detect --lib
	PRIVET_WRITE_DOCS=1 cargo test -p privet-mask --test transformations
