# Pellucid: everything a developer or CI runs. `make` alone lists the targets.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PY := .venv/bin/python
UV := $(shell command -v uv 2>/dev/null || echo .venv/bin/uv)
WEB_OUT := packages/pellucid-server/src/pellucid_server/api/web_files
WEB_SOURCES := $(shell find web -path web/node_modules -prune -o -path web/dist -prune -o -type f -print 2>/dev/null)
LOCKS := pyproject.toml uv.lock $(wildcard packages/*/pyproject.toml)

.PHONY: help install web demo dev test browser lint format bench long clean system

help: ## List the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

install: .venv/.synced $(WEB_OUT)/index.html ## Make .venv with everything, and the web

.venv/.synced: $(LOCKS)
	@command -v uv >/dev/null 2>&1 || test -x .venv/bin/uv || { python3 -m venv .venv && .venv/bin/python -m pip install -q uv; }
	@if command -v uv >/dev/null 2>&1; then uv sync -q --locked --all-packages; else .venv/bin/uv sync -q --locked --all-packages --inexact; fi
	@touch $@

# Node comes from the machine where it is new enough, else from a wheel in .venv.
web: $(WEB_OUT)/index.html ## Build the web into the server package

$(WEB_OUT)/index.html: .venv/.synced $(WEB_SOURCES)
	@scripts/build-web "$(WEB_OUT)"

demo: install ## Run the server at http://127.0.0.1:7600 with a support bot that produces live traffic
	@.venv/bin/pellucid demo

dev: install ## Run the server alone
	@.venv/bin/pellucid serve

system: ## Install what tests need from the system (Debian's postgresql and chromium) where it is missing
	@scripts/install-system postgresql chromium

test: install ## All tests but browser and long ones
	@scripts/install-system postgresql
	@$(PY) -m pytest -q -m "not browser and not long"
	@scripts/node npm --prefix web run -s test

browser: install ## Browser tests in Debian's Chromium
	@scripts/install-system chromium
	@$(PY) -m pytest -q -m "browser and not long" tests/browser
	@$(PY) -m pytest -q -m browser tests/api/locks # a run of its own: one process holds one Playwright

lint: install ## Format, lint, types, import contracts
	@.venv/bin/ruff format --check -q . && .venv/bin/ruff check -q .
	@.venv/bin/mypy -p pellucid -p pellucid_server -p pellucid_demo
	@scripts/node .venv/bin/pyright -p pyproject.toml
	@.venv/bin/lint-imports > .lint-imports.log || { cat .lint-imports.log; exit 1; }
	@scripts/node npm --prefix web run -s typecheck
	@scripts/node npm --prefix web run -s lint
	@scripts/node npm --prefix web run -s budget

format: install ## Format everything
	@.venv/bin/ruff format -q . && .venv/bin/ruff check -q --fix .

bench: install ## Benchmarks against the peers, each in its own environment
	@$(PY) -m benchmarks.run

long: install ## The long suites, whole
	@$(PY) -m pytest -q -m long tests

clean: ## Remove what was built
	@rm -rf .venv web/node_modules web/dist $(WEB_OUT)
