# make demo   set up .venv, audit the bundled article, print where the report is
# make test   set up .venv with tools; lint, types, import contracts, tests
# make check  lint, types and import contracts only
# make bench  the measurements of benchmarks/
# make clean  remove what was made, but not .venv

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
WAR := ukraine-2022
CLAIMS := kursk-incursion-2024

.PHONY: demo test check bench clean

demo: $(VENV)/.kadesh
	$(BIN)/kadesh audit $(WAR) $(CLAIMS) -o out/$(CLAIMS)
	@echo "Open in a browser: $(CURDIR)/out/$(CLAIMS)/report.html"

test: check
	$(BIN)/python -m pytest -n 2 -q

check: $(VENV)/.kadesh-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --strict src/kadesh
	$(BIN)/lint-imports --no-cache

bench: $(VENV)/.kadesh-dev
	set -e; for file in benchmarks/*.py; do echo "== $$file"; $(BIN)/python "$$file"; done

clean:
	rm -rf out build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find src tests tools examples benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || \
	  { echo "Kadesh needs Python 3.11, 3.12 or 3.13; for example: make PYTHON=python3.12 demo"; exit 2; }
	$(PYTHON) -m venv $(VENV)

# uv installs in a third of the time and compiles bytecode, without which every start is slow;
# where it cannot be had, pip does the same.
install = $(BIN)/python -m pip install --quiet --disable-pip-version-check uv && \
  VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/uv pip install --quiet --compile-bytecode -c constraints.txt -e "$(1)" || \
  $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e "$(1)"

$(VENV)/.kadesh: pyproject.toml constraints.txt | $(BIN)/python
	$(call install,.)
	touch $@

$(VENV)/.kadesh-dev: pyproject.toml constraints.txt | $(BIN)/python
	$(call install,.[dev])
	touch $(VENV)/.kadesh $@
