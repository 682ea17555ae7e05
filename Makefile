# Two commands: `make serve` runs the mock, `make test` passes the tests. Both set up all they need in .venv.

PYTHON ?= python3
PORT ?= 8080
HOST ?= 127.0.0.1
WORKERS ?= auto
BIN := .venv/bin

# The tests start some hundred processes: without compiled modules each of them would compile them all.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help serve test check faults bench format lock clean

help:
	@echo "make serve [PORT=8080]   run the mock server"
	@echo "make test                lint, types, layers and all tests"
	@echo "make faults              plant faults in the mock and measure how soon they are found (FAULTS=--help)"
	@echo "make bench               measure the mock beside others; takes about ten minutes, and wrk"
	@echo "make format              let ruff put the code in order"
	@echo "make lock                renew the lock files after a change of pyproject.toml"
	@echo "make clean               remove what the other targets made"

serve: .venv/.ready-to-serve
	$(BIN)/mock-server serve --host $(HOST) --port $(PORT)

test: check
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

check: .venv/.ready-to-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

faults: .venv/.ready-to-test
	$(BIN)/python -m pytest -n $(WORKERS) -m faults tests/faults
	$(BIN)/python -m tests.faults $(FAULTS)

bench: .venv/.ready-to-test
	$(BIN)/python -m tests.benchmarks

format: .venv/.ready-to-test
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: .venv/.ready-to-test
	$(BIN)/uv pip compile pyproject.toml --universal --generate-hashes --no-emit-index-url --no-annotate \
		--custom-compile-command "make lock" --quiet --output-file requirements.lock
	$(BIN)/uv pip compile pyproject.toml --universal --generate-hashes --no-emit-index-url --no-annotate \
		--extra test --custom-compile-command "make lock" --quiet --output-file requirements-test.lock

clean:
	rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

.venv/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.11 ...")'
	$(PYTHON) -m venv .venv

.venv/.ready-to-serve: .venv/bin/python requirements.lock pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	touch $@

.venv/.ready-to-test: .venv/bin/python requirements-test.lock pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-test.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	touch $@
