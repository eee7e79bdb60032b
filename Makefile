# Every command of the project. `make synth` and `make test` work on a fresh clone with nothing but Python 3.11 to 3.14 and make;
# they need no Node, Go, cluster or credentials (the Node of cdk8s is a wheel). Set-up is done once and again when the lock changes.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules --no-print-directory
SHELL := /bin/sh

BIN := .venv/bin
LOCK := requirements-dev.lock
sum = $(shell { pwd; cat $(1); } | cksum | tr ' ' '-')
LOCKED := .venv/locked-$(call sum,$(LOCK))
READY := .venv/ready-$(call sum,$(LOCK) pyproject.toml)
# Two processes on two cores halve the suite; PYTEST="…" adds options, such as PYTEST="tests/match -n 0".
PYTEST ?=
# The `go` on PATH, or the one of a wheel.
FIND_GO := PYTHONPATH=tools $(BIN)/python -c 'import build; print(build.find_go(()))'
RUN_TESTS := $(BIN)/python -m pytest -n auto --dist worksteal

.PHONY: help setup synth test lint types layers tools test-servers bench generate check-generated golden lock clean

help: ## This list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' $(firstword $(MAKEFILE_LIST)) | awk -F'|' '{ printf "%-24s %s\n", $$1, $$2 }'

setup: $(READY) ## The environment in .venv, from the lock; nothing to do when it is up to date

synth: $(READY) ## The manifests of the estate, in dist/
	$(BIN)/gatewright synth stacks/estate.py -o dist

test: $(READY) ## The test suite, without what needs a program of `make tools`
	$(RUN_TESTS) -m "not servers" $(PYTEST)

lint: $(READY) ## Ruff
	$(BIN)/ruff check

types: $(READY) ## mypy --strict and pyright
	$(BIN)/mypy
	$(BIN)/pyright --project pyproject.toml --pythonpath $(BIN)/python

layers: $(READY) ## Who may import whom
	$(BIN)/lint-imports

tools: $(READY) ## Build the real servers that tests ask, into the user's cache (minutes, the first time)
	$(BIN)/python tools/build.py
	$(BIN)/python tools/cdk8s_cli.py

test-servers: $(READY) ## The tests that ask those servers
	$(RUN_TESTS) -m servers $(PYTEST)

bench: $(READY) ## Ratios of speed, each measured in one run (SMALL=1: only whether the benchmarks still run)
	$(BIN)/python -m benchmarks $(if $(SMALL),--small)

generate: $(READY) ## imports/gatewright_types out of the pinned CRDs
	GO="$$($(FIND_GO))" $(BIN)/python tools/generate_types.py

check-generated: $(READY) ## Whether the committed imports/gatewright_types is what `make generate` writes
	GO="$$($(FIND_GO))" $(BIN)/python tools/generate_types.py --check

golden: $(READY) ## Rewrite the golden files; read the difference before you commit it
	$(BIN)/python -m pytest tests/golden tests/pulls --update-golden $(PYTEST)

# Versions stay unless UPGRADE=--upgrade; nothing younger than a week is taken, so that a poisoned release has time to be found.
lock: $(READY) ## requirements-dev.lock out of pyproject.toml (UPGRADE=--upgrade for new versions)
	$(BIN)/uv pip compile pyproject.toml --all-extras --group dev --universal --python-version 3.11 --generate-hashes \
		--exclude-newer "7 days" --no-emit-index-url --custom-compile-command "make lock" --quiet $(UPGRADE) --output-file $(LOCK)

clean: ## Remove the environment, caches and output
	rm -rf .venv dist build .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
	find . -name __pycache__ -not -path './.git/*' -prune -exec rm -rf {} +

$(READY): $(LOCKED)
	@echo "installing gatewright itself, editable"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@rm -f .venv/ready-* && touch $@

# Wheels only, each by its hash: no code of a dependency runs before it is locked.
$(LOCKED):
	@for python in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11; do \
		"$$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' 2>/dev/null && break; python=; \
	done; \
	if [ -z "$$python" ]; then \
		echo "gatewright needs Python 3.11, 3.12, 3.13 or 3.14 and found none on PATH; name one: make $(or $(MAKECMDGOALS),setup) PYTHON=/path/to/python3" >&2; exit 1; \
	fi; \
	echo "making .venv with $$("$$python" --version) and the packages of $(LOCK): about 300 MB, one to three minutes"; \
	"$$python" -m venv --clear .venv || { echo "$$python cannot make environments; on Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: --requirement $(LOCK)
	@touch $@
