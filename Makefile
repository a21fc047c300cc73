# `make help` lists the targets. Everything is installed into .venv at the root, nothing outside it
# (but `make test` asks apt for Chromium and Graphviz where they are missing).

UV_VERSION := 0.13.9
# The system's first: a distribution builds Python with optimizations that one built on the machine mostly lacks, and
# `permgraph evaluate` takes a tenth to a fifth less time. `make PYTHONS=python3.13 demo` takes another.
PYTHONS := /usr/bin/python3 python3 python3.14 python3.13 python3.12 python3.11
BIN := .venv/bin
UV_READY := .venv/.uv-$(UV_VERSION)
INSTALLED := .venv/.installed
COMPILED := build/.compiled

.DEFAULT_GOAL := help
.PHONY: help demo compiled test ui check format bench mutants lock clean
.DELETE_ON_ERROR:

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 16

demo: $(INSTALLED) ## find and mend a missing permission in the embedded scenario
	@$(BIN)/permgraph demo

compiled: $(COMPILED) ## compile the engine to machine code: the same answers, a sixth sooner

test: $(COMPILED) ## run all tests; installs Chromium and Graphviz where it can
	@tests/system-packages.sh
	$(BIN)/python -m pytest -n auto --dist loadgroup $(ARGS)

ui: $(INSTALLED) ## open the explorer in the browser
	@$(BIN)/permgraph ui

check: $(INSTALLED) ## check format, lint, types and imports
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

format: $(INSTALLED) ## format the code, and mend what lint can mend
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

bench: $(COMPILED) ## run the benchmarks
	@$(BIN)/python -m tests.bench

# Takes hours: ARGS="--modules combine settle --sample 60 --inside" is a sample of some modules.
mutants: $(INSTALLED) ## change the engine in small ways, and see that tests fail
	@$(BIN)/python -m tests.mutants $(ARGS)

# Keeps the versions that are locked already; ARGS=--upgrade takes the newest.
lock: $(UV_READY) ## write requirements.txt anew from pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		--extra ui --extra dev $(ARGS) pyproject.toml -o requirements.txt

clean: ## remove the virtual environment, caches and build output
	rm -rf .venv dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache test-results
	find models simulator ui tests -name __pycache__ -prune -exec rm -rf {} +

$(UV_READY):
	@for python in $(PYTHONS); do \
		if $$python -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
			exec $$python -m venv .venv; \
		fi; \
	done; \
	echo 'permgraph needs Python 3.11 or later with its venv module (on Debian: apt install python3-venv)' >&2; exit 1
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@touch $@

# hatchling comes from requirements.txt as well, hence no build isolation: nothing without a hash is installed.
$(INSTALLED): requirements.txt pyproject.toml $(UV_READY)
	@VIRTUAL_ENV=.venv $(BIN)/uv pip install --quiet --require-hashes -r requirements.txt
	@VIRTUAL_ENV=.venv $(BIN)/uv pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

# Compiled anew when anything of it changes; without, permgraph runs from its sources.
$(COMPILED): $(INSTALLED) compile_engine.py simulator/native.py \
		$(shell find models simulator/answers simulator/facts simulator/policy -name '*.py')
	@$(BIN)/python compile_engine.py
	@touch $@
