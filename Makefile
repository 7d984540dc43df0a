# Everything a person or a machine does with a checkout. `make help` lists it.
# Needs git, python3 (3.11 or newer) with venv, make, and the package registries.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input
DIST := src/zhanggui/web/static/dist
SOURCES := package.json $(shell find frontend -type f 2>/dev/null) \
	$(shell find src/zhanggui -name '*.html' -o -path '*/web/*.py')

# The system's node when it is new enough, else the one that pip installs into the venv.
SYSTEM_NODE := $(shell command -v npm >/dev/null 2>&1 && \
	node -e 'process.exit(parseInt(process.versions.node) >= 20 ? 0 : 1)' >/dev/null 2>&1 && echo yes)
ifneq ($(SYSTEM_NODE),yes)
NODE := $(VENV)/.node
endif
NPM := PATH="$(abspath $(BIN)):$$PATH" npm
ifeq ($(SYSTEM_NODE),yes)
NPM := npm
endif

# Python keeps what it compiled, also where the machine says otherwise: with the processes that
# tests start, compiling anew each time costs more than many tests.
test test-all walk check: export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run dev test test-all walk check build messages bench bench-quick bench-compare screenshots lock clean

help: ## Show this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-13s %s\n", $$1, $$2}'
	@echo "  PORT=8123 make run moves the shop to another port, HOST=0.0.0.0 opens it to the network."

run: $(VENV)/.base $(VENV)/.package $(DIST)/.built ## Start the shop (with a demo shop when it is empty)
	@exec $(BIN)/zhanggui up

dev: $(VENV)/.dev $(VENV)/.package $(DIST)/.built ## Start the shop with autoreload and asset watch
	@PATH="$(abspath $(BIN)):$$PATH" exec $(BIN)/zhanggui up --dev

test: $(VENV)/.dev $(VENV)/.package $(DIST)/.built ## Run the tests on SQLite; no service needed
	$(BIN)/python -m pytest -n 2 --dist worksteal -rs

test-all: $(VENV)/.dev $(VENV)/.package $(DIST)/.built ## Run all tests, also on PostgreSQL and MariaDB, with a browser
	$(BIN)/python scripts/test_all.py

walk: $(VENV)/.dev $(VENV)/.package $(DIST)/.built ## Look at every page in a browser: widths, themes, languages
	ZHANGGUI_FULL=1 ZHANGGUI_REQUIRE_BROWSER=1 $(BIN)/python -m pytest -n 2 --dist worksteal -rs -vvv tests/browser/test_every_page.py

check: $(VENV)/.dev $(VENV)/.package node_modules/.installed $(DIST)/.built ## Lint, types, layers, migrations, messages, assets
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/mypy --no-incremental scripts
	$(BIN)/lint-imports
	$(BIN)/zhanggui makemigrations --check --dry-run
	$(BIN)/python scripts/messages.py --check
	$(BIN)/python -m pytest tests/architecture
	$(NPM) run --silent check

build: $(VENV)/.base $(VENV)/.package $(DIST)/.built ## Build scripts, styles and icons

messages: $(VENV)/.dev $(VENV)/.package ## Take new texts into the message files and compile them
	$(BIN)/python scripts/messages.py

bench: $(VENV)/.base $(VENV)/.package $(DIST)/.built ## Measure what the shop's work costs (docs/performance.md)
	$(BIN)/python -m bench $(BENCH)

bench-quick: $(VENV)/.base $(VENV)/.package $(DIST)/.built ## See that the benchmark works, below 3 minutes
	$(BIN)/python -m bench --quick $(BENCH)

bench-compare: $(BIN)/python ## Compare two results: make bench-compare A=var/bench/a.json B=var/bench/b.json
	$(BIN)/python -m bench compare $(A) $(B)

screenshots: $(VENV)/.dev $(VENV)/.package ## Take the README's pictures from the running shop
	$(BIN)/python scripts/screenshots.py

lock: $(BIN)/python ## Pin the dependencies anew, with hashes
	$(PIP) install --quiet "uv>=0.9"
	$(BIN)/python scripts/lock.py

clean: ## Remove what was installed and built; var/ with the shop's data stays
	rm -rf $(VENV) node_modules $(DIST) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
	rm -rf .hypothesis .schemathesis test-results src/*.egg-info

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11 …"; exit 1; }
	@echo "==> Making $(VENV)"
	@$(PYTHON) -m venv $(VENV) || \
		{ rm -rf $(VENV); echo "python3 has no venv: install it (Debian: apt install python3-venv)"; exit 1; }

$(VENV)/.base: requirements/base.txt | $(BIN)/python
	@echo "==> Installing what the shop runs on"
	@$(PIP) install --require-hashes -r requirements/base.txt
	@touch $@

$(VENV)/.dev: requirements/dev.txt | $(BIN)/python
	@echo "==> Installing what tests and checks need"
	@$(PIP) install --require-hashes -r requirements/dev.txt
	@touch $@

$(VENV)/.package: pyproject.toml requirements/setup.txt | $(BIN)/python
	@echo "==> Installing the zhanggui command"
	@$(PIP) install --quiet --require-hashes -r requirements/setup.txt
	@$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.node: requirements/build.txt | $(BIN)/python
	@echo "==> Installing node (200 MB), since this machine has no node 20 with npm"
	@$(PIP) install --require-hashes -r requirements/build.txt
	@touch $@

node_modules/.installed: package.json package-lock.json | $(NODE)
	@echo "==> Installing front-end packages"
	@$(NPM) ci --ignore-scripts --no-audit --no-fund
	@touch $@

$(DIST)/.built: $(SOURCES) node_modules/.installed
	@echo "==> Building scripts, styles and icons"
	@$(NPM) run --silent build
	@mkdir -p $(DIST) && touch $@
