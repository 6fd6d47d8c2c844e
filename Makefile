# `make` alone lists the targets. Everything happens in .venv, made by Python's own venv and pip from the lock files;
# no other tool is needed, and no index is named: pip asks whichever one this machine is set up for.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

# The first interpreter that fits `requires-python` and can make a virtual environment.
PYTHON ?= $(shell for name in python3.11 python3 python3.12 python3.13; do \
	$$name -c 'import ensurepip, sys, venv; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' >/dev/null 2>&1 \
	&& echo $$name && break; done)
UV ?= uv
PACK ?= examples/jiangxi-2020
FUZZ_SECONDS ?= 600
# How often `make chaos` kills the loader, and how often the server.
KILLS ?= 200 20
# Tests run side by side, one more than there are cores, because they often wait for a server or a file; more than four
# would each bring up a Prefect, a PostgreSQL and a browser of their own for little gain.
TESTS_AT_ONCE ?= $(shell cores=$$(nproc); echo $$((cores > 3 ? 4 : cores + 1)))

# No dependency reports anything to anyone. The command line sets the same for whoever starts it directly.
export DO_NOT_TRACK := 1
export PREFECT_SERVER_ANALYTICS_ENABLED := false
export GX_ANALYTICS_ENABLED := false
export PIP_DISABLE_PIP_VERSION_CHECK := 1

# A virtual environment remembers the folder it was made in: after a move or a copy it would run the other folder's
# code. The folder is therefore part of the stamps' names, and a moved clone gets a new environment.
HERE := $(shell pwd -P | cksum | cut -d ' ' -f 1)
VENV := .venv/made-for-$(HERE)
RUN := .venv/run-$(HERE)
TEST := .venv/test-$(HERE)
BIN := .venv/bin

# Wheels only, so that no downloaded code runs at install time. --no-deps, because the lock is already the whole set and
# pip's hash mode refuses `package[extra]` where it meets the plain name; `pip check` then proves that it is the whole set.
INSTALL := $(BIN)/python -m pip install -qq --progress-bar off --no-compile --no-deps
LOCKED := $(INSTALL) --require-hashes --only-binary :all:
# Byte code is written by all cores at once instead of by pip: quicker than pip's own way, and without it every process
# of a run would start seconds later wherever Python may not write byte code itself. Some libraries carry files that are
# no Python at all (templates): not our fault, so the status is not looked at.
BYTECODE := $(BIN)/python -m compileall -qq -j 0 .venv/lib || true

.PHONY: help run test fuzz chaos lint docs bench lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-6s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(RUN) ## run a pack from its inbox to the published summary (PACK=examples/jiangxi-2020)
	@$(BIN)/jixiao run $(PACK)

test: $(TEST) ## run every test (as root on Debian: installs the system packages that some tests need)
	@.ci/system-packages
	@$(BIN)/python -m pytest -n $(TESTS_AT_ONCE) --dist worksteal

fuzz: $(TEST) ## read files made by chance (FUZZ_SECONDS=600); what is to be looked at is kept in build/fuzz
	@$(BIN)/python -m tests.transforms.fuzzing $(FUZZ_SECONDS)

chaos: $(TEST) ## kill the loader and the server of a real PostgreSQL at moments drawn by lot (KILLS="200 20")
	@.ci/system-packages
	@$(BIN)/python -m tests.chaos.postgres $(KILLS)

lint: $(TEST) ## ruff, mypy, import-linter
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: $(TEST) ## write the generated pages of docs/ anew
	@$(BIN)/python tests/regenerate_docs.py

bench: $(TEST) ## measure; figures go to the screen
	@$(BIN)/python -m pytest benchmarks -q -s

lock: ## resolve pyproject.toml into the two lock files (needs uv: UV=/path/to/uv; newer releases: UPGRADE=--upgrade)
	@command -v $(UV) >/dev/null || { echo "make lock needs uv; name it with UV=/path/to/uv" >&2; exit 2; }
	$(UV) pip compile pyproject.toml --group build $(COMPILE) -o requirements.lock
	$(UV) pip compile pyproject.toml --group build --group dev -c requirements.lock $(COMPILE) -o requirements-dev.lock

COMPILE = --quiet $(UPGRADE) --universal --python-version 3.11 --generate-hashes --no-strip-extras \
	--no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock'

clean: ## remove .venv and caches; never var/, which holds warehouses
	rm -rf .venv build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV):
	@test -n "$(PYTHON)" || { echo "need Python 3.11, 3.12 or 3.13 with venv (Debian: python3-venv), or PYTHON=/path/to/it" >&2; exit 2; }
	@rm -rf .venv
	@echo "making .venv with $(PYTHON)"
	@$(PYTHON) -m venv .venv
	@touch $@

$(RUN): requirements.lock pyproject.toml | $(VENV)
	@echo "installing requirements.lock (about half a minute when the downloads are cached)"
	@$(LOCKED) -r requirements.lock
	@$(INSTALL) --no-build-isolation -e .
	@$(BYTECODE)
	@$(BIN)/python -m pip check >.venv/check.txt || { cat .venv/check.txt >&2; exit 1; }
	@touch $@

$(TEST): requirements-dev.lock $(RUN)
	@echo "installing requirements-dev.lock"
	@$(LOCKED) -r requirements-dev.lock
	@$(BYTECODE)
	@$(BIN)/python -m pip check >.venv/check.txt || { cat .venv/check.txt >&2; exit 1; }
	@touch $@
