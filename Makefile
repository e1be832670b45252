# make run    starts Enishi with a sample company        make test   all tests, on SQLite and on PostgreSQL
# make check  lint, types, floors, templates, words      make bench  benchmarks
# make setup  the environment alone                      make build  scripts, styles and translations
#
# Each step leaves a stamp, so that a second run does only what has changed.

SHELL := /bin/bash
.DEFAULT_GOAL := run
.SUFFIXES:
.DELETE_ON_ERROR:

VENV := .venv
PY := $(VENV)/bin/python
ASSETS := src/enishi/site/static/build
CATALOGUE := $(wildcard src/enishi/locale/*/LC_MESSAGES/*.po)
# The styles hold the classes that templates, scripts and programs name.
SOURCES := $(shell find frontend src/enishi -type f \( -name '*.html' -o -name '*.ts' -o -name '*.css' -o -name '*.mjs' -o -name '*.py' \) -not -path '*/migrations/*')
TESTS ?=
WORKERS ?= auto

export PYTHONUTF8 := 1
# Some images forbid it; then every start compiles the program anew and takes twice as long.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test check bench setup setup-dev build lint clean lock

run: setup build
	@exec $(PY) -m enishi run

setup: $(VENV)/.run

setup-dev: $(VENV)/.dev

$(PY):
	@tools/environment.sh venv

$(VENV)/.run: requirements/run.txt pyproject.toml | $(PY)
	@echo "Python…"
	@tools/environment.sh install requirements/run.txt
	@touch $@

$(VENV)/.dev: requirements/run.txt requirements/dev.txt pyproject.toml | $(PY)
	@echo "Python…"
	@tools/environment.sh install requirements/run.txt requirements/dev.txt
	@touch $@ $(VENV)/.run

node_modules/.installed: package.json package-lock.json .npmrc | $(VENV)/.run
	@echo "Node…"
	@tools/environment.sh packages
	@touch $@

$(ASSETS)/.built: node_modules/.installed $(SOURCES)
	@echo "画面…"
	@tools/environment.sh npm run --silent build > build.log 2>&1 || { cat build.log; exit 1; }
	@rm -f build.log
	@touch $@

$(VENV)/.words: $(CATALOGUE) tools/messages.py | $(VENV)/.run
	@if [ -n "$(CATALOGUE)" ]; then $(PY) tools/messages.py compile; fi
	@touch $@

build: $(ASSETS)/.built $(VENV)/.words

# What a check or a test leaves behind goes into a passing data folder, never into ./var.
check: setup-dev build
	@home="$$(mktemp -d)"; trap 'rm -rf "$$home"' EXIT; export ENISHI_HOME="$$home"; \
	set -e; step() { echo "— $$*"; "$$@"; }; \
	step $(VENV)/bin/ruff check . ; \
	step $(VENV)/bin/ruff format --check . ; \
	step $(VENV)/bin/lint-imports --no-cache ; \
	step $(VENV)/bin/djlint src --lint --quiet ; \
	step $(PY) tools/messages.py check ; \
	step tools/environment.sh npm run --silent check ; \
	step $(PY) -m enishi django makemigrations --check --dry-run ; \
	ENISHI_URL=https://enishi.example.jp step $(PY) -m enishi django check --deploy --fail-level WARNING ; \
	step $(VENV)/bin/mypy

# The closing line is pytest's summary. PostgreSQL is used where its programs are found; on CI it must be there.
test: setup-dev build
	@$(PY) -m pytest -n $(WORKERS) --dist loadfile --max-worker-restart 0 $(TESTS)
	@if $(PY) -c 'import sys; from tests.support import postgres; sys.exit(postgres.binaries() is None)' || [ "$$CI" = true ]; then \
	  $(PY) -m pytest -n $(WORKERS) --dist loadfile --max-worker-restart 0 --database postgresql $(TESTS); fi

bench: setup-dev build
	@$(PY) -m enishi bench $(BENCH)

# Newer versions of everything: writes the lock files anew (needs uv).
LOCK := uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header -q
lock:
	$(LOCK) $(LOCK_OPTIONS) pyproject.toml -o requirements/run.txt
	$(LOCK) $(LOCK_OPTIONS) requirements/dev.in -o requirements/dev.txt
	$(LOCK) $(LOCK_OPTIONS) requirements/node.in -o requirements/node.txt
	python3 tools/plain_lock.py
	@! grep -n '://' requirements/*.txt package-lock.json

clean:
	rm -rf $(VENV) node_modules build $(ASSETS) test-artifacts .mypy_cache .ruff_cache .pytest_cache
