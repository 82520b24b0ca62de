# make demo   generates an example and, where a container engine answers, proves it on a container
# make test   runs everything that can run on this machine
# make bench  measures the examples beside naive Dockerfiles and other generators, docs/benchmarks.md

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test lint bench environment clean

demo: $(VENV)/imgen
	@sh examples/demo.sh $(BIN)/imgen

test: $(VENV)/dev
	$(BIN)/python -m pytest -m "not engine and not slow" -n auto $(PYTEST_OPTIONS)
	$(BIN)/python -m pytest -m slow -n auto $(PYTEST_OPTIONS)
	$(BIN)/python -m pytest -m engine $(PYTEST_OPTIONS)

lint: $(VENV)/dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

bench: $(VENV)/dev
	$(BIN)/python -m benchmarks $(BENCH_OPTIONS)

environment: $(VENV)/dev

$(VENV)/imgen: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "imgen needs Python 3.11 or later: make PYTHON=python3.13 demo")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

$(VENV)/dev: $(VENV)/imgen
	$(BIN)/python -m pip install --quiet --editable . --group dev
	@touch $@

clean:
	rm -rf $(VENV) .demo dist
