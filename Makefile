# Two commands for a user: `make run` and `make test`. Both make .venv on the first call and reinstall nothing after it.
# `make run ARGS="run seed-binary seed-regression --headless"` passes arguments.

PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null \
	&& echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
# The CUDA wheels (2.8 GB) only where an NVIDIA driver can use them.
CUDA := $(shell { [ -e /proc/driver/nvidia/version ] || [ -e /dev/nvidiactl ] || [ -e /dev/dxg ]; } && echo ",cuda")
ARGS ?=

.PHONY: run test test-all check format lint types imports bench pictures goldens docs descriptions wheel clean

run: $(VENV)/.run-ready
	@exec $(BIN)/dualtrain-tui $(ARGS)

# What starts no training goes side by side; trainings and terminals have the machine to themselves.
test: $(VENV)/.dev-ready
	@$(BIN)/python -m pytest -q -m "not slow" --numprocesses 2 tests/unit tests/widget tests/app
	@$(BIN)/python -m pytest -q -m "not slow" tests/process tests/terminal

test-all: $(VENV)/.dev-ready
	@$(BIN)/python -m pytest -q

check: lint types imports test

format: $(VENV)/.dev-ready
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lint: $(VENV)/.dev-ready
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(VENV)/.dev-ready
	$(BIN)/mypy

imports: $(VENV)/.dev-ready
	$(BIN)/lint-imports

bench: $(VENV)/.bench-ready
	@$(BIN)/python -m tests.bench $(ARGS)

# The README's pictures, drawn from a real pair.
pictures: $(VENV)/.dev-ready
	@$(BIN)/python -m tests.pictures

# What every screen looks like, written anew: for changes that are meant.
goldens: $(VENV)/.dev-ready
	@rm -rf tests/app/goldens
	@DUALTRAIN_WRITE_GOLDENS=1 $(BIN)/python -m pytest -q tests/app/test_goldens.py

# docs/presets.md, from the types of a preset; a unit test fails where it is stale.
docs: $(VENV)/.dev-ready
	@$(BIN)/python -m training.preset.reference > docs/.presets.md.new
	@mv docs/.presets.md.new docs/presets.md

# What Keras tells of every shipped preset, for a forecast before any was run; a unit test fails where one is missing.
descriptions: $(VENV)/.dev-ready
	@$(BIN)/python -m training.description > training/description/shipped.json.new
	@mv training/description/shipped.json.new training/description/shipped.json

wheel: $(VENV)/.dev-ready
	$(BIN)/python -m build --wheel --outdir dist

clean:
	rm -rf $(VENV) dist build

# What pip and venv say goes to stderr, so that stdout is the app's alone.
$(VENV)/bin/python:
	@[ -n "$(PYTHON)" ] || { echo "dualtrain needs Python 3.11, 3.12 or 3.13 with venv (PYTHON=... names one)" >&2; exit 1; }
	@echo "making $(VENV) with $(PYTHON)" >&2
	@$(PYTHON) -m venv $(VENV) >&2

$(VENV)/.run-ready: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "installing TensorFlow, Keras and the rest: about 2 GB on disk, a minute or more; only now" >&2
	@$(PIP) install --constraint constraints.txt --editable ".[html$(CUDA)]" >&2
	@touch $@

$(VENV)/.dev-ready: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "installing TensorFlow, JAX, PyTorch, Keras and the test tools: minutes; only now" >&2
	@$(PIP) install --constraint constraints.txt --editable ".[dev$(CUDA)]" >&2
	@touch $@ $(VENV)/.run-ready

# What is measured beside us comes with the benchmarks alone.
$(VENV)/.bench-ready: $(VENV)/.dev-ready
	@$(PIP) install --constraint constraints.txt --editable ".[bench]" >&2
	@touch $@
