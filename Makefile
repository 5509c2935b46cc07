# Everything a fresh machine needs is set up by the target that needs it; stamps in .setup/ keep a
# second run quick. `make help` lists the targets.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.PHONY: help run build test check fuzz clients load bench bench-web bench-peers pictures format lock clean

PYTHON ?= python3
BIN := .venv/bin
SAMPLE := samples/order-management.json
WEB_SOURCES := $(shell find web -type f -not -path '*/node_modules/*' -not -path 'web/dist/*' 2>/dev/null)

help: ## List the targets.
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 12

run: .setup/run .setup/engine ## Serve the designer with a sample app at http://127.0.0.1:8000.
	exec $(BIN)/design-rooms serve --sample $(SAMPLE)

build: .setup/run .setup/engine ## Build the designer, the preview player and the expression engine.

test: .setup/dev .setup/engine .setup/chromium .setup/services ## Run every test (under 20 minutes on 2 cores).
	npm run --silent -w web test
	$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder

check: .setup/dev .setup/npm ## Lint, types, import contracts.
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	npm run --silent -w web lint
	npm run --silent -w web typecheck

fuzz: clients ## Property tests at length (FUZZ_SCALE=n times), and `make clients`.
	FUZZ_SCALE=$${FUZZ_SCALE:-50} $(BIN)/pytest --timeout 0 tests/ot tests/crdt tests/room

clients: .setup/dev .setup/npm ## Real clients, a failing server: FUZZ_SECONDS=n FUZZ_SEED=1,2,3.
	$(BIN)/python -m tests.fuzz

bench: .setup/dev .setup/engine .setup/chromium .setup/services ## The benchmarks, each with one table.
	$(BIN)/python -m benchmarks

bench-web: .setup/dev .setup/engine .setup/chromium ## The designer in a browser: painting, dragging, loading.
	$(BIN)/python -m benchmarks.designer

bench-peers: .setup/dev .setup/engine ## Beside npm's servers and a bare loop: python -m loadtests.peers --help.
	$(BIN)/python -m loadtests.peers --plots docs/benchmarks

load: .setup/dev ## People by the dozen on the server that runs here: plots at http://127.0.0.1:8089.
	$(BIN)/locust -f loadtests/locustfile.py --host http://$${HOST:-127.0.0.1}:$${PORT:-8000} --web-host 127.0.0.1

pictures: .setup/dev .setup/engine .setup/chromium ## Take the documentation's pictures anew: VIEWS='designer rooms' or all.
	$(BIN)/python -m tests.browser.pictures $(VIEWS)

format: .setup/dev ## Format the Python sources.
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: ## Renew the lock files from pyproject.toml and package.json.
	$(BIN)/pip-compile -q --generate-hashes --no-emit-options --no-emit-index-url --no-emit-trusted-host \
		--strip-extras --allow-unsafe --extra dev --extra build -o requirements-dev.lock pyproject.toml
	$(BIN)/pip-compile -q --generate-hashes --no-emit-options --no-emit-index-url --no-emit-trusted-host \
		--strip-extras --allow-unsafe --extra build -c requirements-dev.lock -o requirements.lock pyproject.toml
	npm install --package-lock-only

clean: ## Remove what the set-up made (not data/).
	rm -rf .setup .venv node_modules web/dist web/node_modules

# --- set-up -------------------------------------------------------------------------------------

$(BIN)/python:
	$(PYTHON) -m venv .venv

# The package itself is put on the path by one file: nothing is built, nothing is downloaded.
.setup/run: requirements.lock | $(BIN)/python
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@mkdir -p .setup && touch $@

.setup/dev: requirements-dev.lock | $(BIN)/python
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@mkdir -p .setup && touch $@ .setup/run

.setup/npm: package-lock.json package.json web/package.json
	npm ci --no-audit --no-fund --loglevel=error
	@mkdir -p .setup && touch $@

.setup/web: .setup/npm $(WEB_SOURCES)
	npm run --silent -w web build
	@touch $@

# The engine's machine code: after the web build, which makes the component and empties its folder.
.setup/engine: .setup/web | .setup/run
	$(BIN)/python -m runtime.expressions web/dist/expressions.wasm
	@touch $@

.setup/chromium:
	command -v /usr/bin/chromium >/dev/null || { \
		sudo=$$(command -v sudo || true); $$sudo apt-get update -qq && \
		$$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-noto-color-emoji >/dev/null; }
	@mkdir -p .setup && touch $@

# PostgreSQL and Redis for the tests, which start their own and leave the system's alone. The stamp
# is made only once both are there.
.setup/services:
	@has() { ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 && command -v redis-server >/dev/null; }; \
	has || { \
		sudo=$$(command -v sudo || true); $$sudo apt-get update -qq && \
		$$sudo env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -y -qq \
			--no-install-recommends postgresql redis-server >/dev/null; }; \
	has || { echo 'PostgreSQL and redis-server are not installed' >&2; exit 1; }
	@mkdir -p .setup && touch $@
