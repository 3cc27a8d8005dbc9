# The two commands of the README, and what the house needs besides.
# `make lock` is the only one that needs uv (it is not needed to run or to test).
.POSIX:
PYTHON ?= python3
VENV = .venv
BIN = $(VENV)/bin
PIP = PIP_DISABLE_PIP_VERSION_CHECK=1 $(BIN)/python -m pip --quiet --no-input
COMPILE = uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --no-emit-index-url pyproject.toml

.PHONY: demo test model faults faults-short setup setup-test check lint clean lock sbom

## demo: install into .venv and run a city with a flood on http://127.0.0.1:8080
demo: $(VENV)/.product
	@exec $(BIN)/siaga demo

## test: install what the tests need and run them all
test: setup-test
	@PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n 3 --dist loadgroup

## model: the alarm's life against its slow reference, 2,000 histories of each kind (about ten minutes)
model: $(VENV)/.tests
	@SIAGA_MODEL_RUNS=2000 $(BIN)/python -m pytest -q -n0 --timeout=0 tests/alerts/test_lifecycle_model.py

## setup: only install; .venv/bin/siaga is then there
setup: $(VENV)/.product

$(BIN)/python:
	@command -v $(PYTHON) >/dev/null || { echo "Siaga needs Python 3.11 or newer; on Debian: apt-get install python3-venv" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Siaga needs Python 3.11 or newer, this is $$($(PYTHON) --version)" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "Python cannot make a virtual environment; on Debian: apt-get install python3-venv" >&2; exit 1; }

$(VENV)/.product: requirements.lock pyproject.toml | $(BIN)/python
	@echo "Installing Siaga into $(VENV) …"
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.tests: requirements-test.lock $(VENV)/.product
	@echo "Installing what the tests need …"
	@$(PIP) install --require-hashes -r requirements-test.lock
	@touch $@

setup-test: $(VENV)/.tests
	@sh tests/install-servers.sh

## faults: the whole campaign of the fault laboratory (hours); it goes on where it was stopped
faults: setup-test
	@$(BIN)/siaga faults all --results docs/campaign; held=$$?; \
		[ $$held -eq 130 ] || $(BIN)/python -m faults.report; exit $$held

## faults-short: every fault in its short form (minutes), the one that is part of the tests
faults-short: setup-test
	@$(BIN)/siaga faults all --short --at-once 3 --results var/faults-short

## check: what continuous integration asks of a change besides the tests
check lint: $(VENV)/.tests
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

## sbom: what Siaga is made of, as CycloneDX, into sbom.cdx.json
sbom: $(VENV)/.product
	@$(BIN)/python -m siaga.sbom > sbom.cdx.json

## lock: pin every dependency again
lock:
	@$(COMPILE) --extra all --extra build -o requirements.lock
	@$(COMPILE) --extra all --extra build --extra test -o requirements-test.lock

clean:
	@rm -rf $(VENV) var build *.egg-info .pytest_cache .mypy_cache .ruff_cache
