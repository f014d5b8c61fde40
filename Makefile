# ConvScope. `make run` opens the dashboard; `make test` runs the tests.

HOST ?= 127.0.0.1
PORT ?= 8501
NAMES ?=
PYTHON_BIN := .venv/bin/python
# Two at a time, for tests wait a lot: for workers, for the browser.
PYTEST = $(PYTHON_BIN) -m pytest -n 2 --dist worksteal
# Makes .venv and installs what is pinned; does nothing where that is done.
INSTALL = python=$$(sh tools/find_python.sh) && "$$python" tools/environment.py

.PHONY: run test test-slow check format bench screenshots looks tour clean

run:
	@$(INSTALL)
	@exec $(PYTHON_BIN) tools/serve.py --host "$(HOST)" --port "$(PORT)" --names "$(NAMES)"

# Everything but what takes many minutes.
test:
	@$(INSTALL) --dev
	$(PYTEST) -m "not slow"

# Long trainings and many repetitions; needs the data sets under CONVSCOPE_DATASETS.
test-slow:
	@$(INSTALL) --dev
	$(PYTHON_BIN) -m pytest -m slow

# Format, lint, types, and the tests that need neither a browser nor patience.
check:
	@$(INSTALL) --dev
	$(PYTHON_BIN) -m ruff format --check .
	$(PYTHON_BIN) -m ruff check .
	$(PYTHON_BIN) -m mypy
	$(PYTEST) -q -m "not slow and not browser and not patient"

format:
	@$(INSTALL) --dev
	$(PYTHON_BIN) -m ruff format .
	$(PYTHON_BIN) -m ruff check --fix .

# JSON lines on standard output; `make bench ONLY=page` runs benchmarks/pages/page.py alone.
bench:
	@$(INSTALL) --dev
	@$(PYTHON_BIN) -m benchmarks $(ONLY)

# docs/screenshots, from a real run on digits.
screenshots:
	@$(INSTALL) --dev
	$(PYTHON_BIN) -m tools.showing.screenshots

# Every page at every size, light and dark, with two classes, ten and a hundred: build/looks.
looks:
	@$(INSTALL) --dev
	$(PYTHON_BIN) -m tools.showing.looks build/looks

# The tour that the README begins with.
tour:
	@$(INSTALL) --dev
	$(PYTHON_BIN) -m tools.showing.tour

# Runs, drafts and data sets stay.
clean:
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache build
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
