# The project's commands. Each is safe to repeat and quick when nothing has changed.
# PYTHON names the Python (3.11 or newer) that the environment is made from; TESTS narrows `make test`,
# SECONDS says how long `make fuzz` and `make fuzz-api` go on, KILLS how often `make crash` kills.

PYTHON ?= python3
TESTS ?= tests
WORKERS ?= 2
SECONDS ?= 600
KILLS ?= 200

BIN := .venv/bin
INSTALLED := .venv/.installed
COMPARED := .venv/.installed-bench
MODULES := web/node_modules/.package-lock.json
PAGES := src/hearth/console/pages/index.html
# The schemas are generated from the OpenAPI documents, which are among the sources.
PAGE_SOURCES := $(shell find web -type f -not -path 'web/node_modules/*' -not -path 'web/dist/*' -not -name "*schema.d.ts" 2>/dev/null) \
	$(shell find docs -type f -not -path 'docs/decisions/*')
LOCK := $(BIN)/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --custom-compile-command "make lock"

# Node comes with the environment, so that the machine's own need not be new enough.
export PATH := $(CURDIR)/$(BIN):$(PATH)
# LightGBM and the linear algebra libraries are slower with more threads than one.
export OMP_NUM_THREADS ?= 1

.DEFAULT_GOAL := help
.PHONY: help setup pages demo provision test check static web-check docs client bench screenshots fuzz fuzz-api crash lock

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(INSTALLED) $(PAGES) ## install everything into .venv and build the console's pages

$(INSTALLED): requirements-dev.lock pyproject.toml clients/python/pyproject.toml tools/install.sh
	@PYTHON='$(PYTHON)' sh tools/install.sh
	@touch $@

$(COMPARED): requirements-bench.lock tools/install.sh | $(INSTALLED)
	@PYTHON='$(PYTHON)' sh tools/install.sh requirements-bench.lock
	@touch $@

pages: $(PAGES) ## build the console's pages, if their sources changed

$(MODULES): web/package-lock.json web/package.json | $(INSTALLED)
	cd web && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

$(PAGES): $(MODULES) $(PAGE_SOURCES)
	cd web && npm run --silent build
	@touch $@

demo: setup ## run Hearth with 20 simulated homes that send live events
	$(BIN)/hearth demo

provision:
	@sh tools/provision.sh

test: setup provision $(if $(filter tests,$(TESTS)),web-check) ## run all tests; TESTS=tests/unit runs some of them
	$(BIN)/python -m pytest -p tests.plugins.skips -n $(WORKERS) --dist loadgroup $(TESTS)

web-check: $(MODULES)
	cd web && npm run --silent check

static: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tests/architecture/house_rules.py

check: static test ## lint, format, types, import contracts and house rules, then all tests

docs: $(INSTALLED) ## write the pages of the manual that list, from the catalogue and the codes of the rule language
	$(BIN)/python -m tools.language_docs

client: $(INSTALLED) ## write the generated modules of the Python client, from the API's OpenAPI document
	$(BIN)/python -m tools.python_client

bench: setup provision $(COMPARED) ## measure throughput, latency and the rule language on this machine
	$(BIN)/python bench/run.py

screenshots: setup provision ## photograph every page of a running `make demo` into screenshots/
	$(BIN)/python -m tools.screenshots

fuzz: $(COMPARED) ## look for texts that break the rule language; SECONDS=60 for a minute, 600 by default
	$(BIN)/python tests/fuzz/fuzz_language.py --seconds $(SECONDS)

fuzz-api: setup ## ask a running Hearth what its OpenAPI document allows, and what it does not; SECONDS=60 for a minute
	nice -n 10 $(BIN)/python -m tests.api.api_fuzz --seconds $(SECONDS)

crash: setup provision ## kill a running Hearth at every named step and at 200 random instants; KILLS=1000 at more
	KILLS=$(KILLS) $(BIN)/python -m pytest tests/crash

lock: $(INSTALLED) ## pin the newest allowed versions of all dependencies, with hashes
	$(LOCK) --upgrade --output-file requirements.lock
	$(LOCK) --upgrade --extra dev --output-file requirements-dev.lock
	$(LOCK) --upgrade --extra bench --constraint requirements-dev.lock --output-file requirements-bench.lock
