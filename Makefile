# Everything a reader or an author runs. Needs Python 3.11 or newer and make; the rest goes into .venv.
#
#   make serve      build the book and serve it (PORT=8000)
#   make test       everything CI runs
#   make check      lint, types and the tests of the core, while you work
#   make help       the other commands

PYTHON ?= python3
PORT   ?= 8000

VENV  := .venv
PY    := $(VENV)/bin/python
READY := $(VENV)/.ready

export PYTHONUTF8 = 1
# What Python compiled is kept, in .venv and not beside the sources: a build or a test that starts Python anew
# takes a third less.
unexport PYTHONDONTWRITEBYTECODE
export PYTHONPYCACHEPREFIX = $(CURDIR)/$(VENV)/pycache

.DEFAULT_GOAL := help
.PHONY: help venv book serve watch lab lite lint check test test-all fuzz bench clean

help:
	@echo "make serve      build the book and serve it at http://localhost:$(PORT) (PORT= to change)"
	@echo "make watch      the same, and build again what changes"
	@echo "make book       build the book into _build/html"
	@echo "make lab        open the notebooks in JupyterLab"
	@echo "make lite       build JupyterLite: two notebooks that run wholly in the browser"
	@echo "make check      lint, types and the tests of the core, in a minute"
	@echo "make test       everything CI runs: lint, types, cases, tests, notebooks, book, browser"
	@echo "make test-all   the slow tests too, and more of what is made up by chance"
	@echo "make fuzz       spoil all that comes in from outside, for some minutes; what fails enters the corpus"
	@echo "make bench      measure the quiz in a real browser, and the grader"
	@echo "make clean      remove what was built (.venv stays; rm -r .venv removes it)"

# The stamp is older than its sources when something must be installed again.
$(READY): requirements-hashed.txt pyproject.toml tools/venv.py
	@$(PYTHON) tools/venv.py $(VENV)

venv: $(READY)

book: $(READY)
	@$(PY) tools/book.py

serve: $(READY)
	@$(PY) tools/serve.py --port $(PORT)

watch: $(READY)
	@$(PY) tools/watch.py --port $(PORT)

lab: $(READY)
	@$(PY) -m jupyter lab --ServerApp.root_dir=. --LabApp.default_url=/lab/tree/notebooks

lite: $(READY)
	@$(PY) tools/lite.py

lint: $(READY)
	$(PY) -m ruff check
	$(PY) -m ruff format --check
	$(PY) -m mypy
	$(VENV)/bin/lint-imports --no-logo
	$(PY) tools/scripts.py
	$(VENV)/bin/codespell book cases notebooks src tools README.md CONTRIBUTING.md CHANGELOG.md NOTICE
	$(VENV)/bin/casebook check

CORE := tests/coding tests/grading tests/house

check: lint
	$(PY) -m pytest -n auto --dist worksteal -m "not slow and not long" $(CORE)

# The notebooks are run by nbval, which takes a while to load: left out of the other runs.
NOTEBOOKS := -p tests.notebooks --nbval

# Whole files to each worker, those that take longest first (tests/conftest.py has their order). One worker more
# than processors, since a test in a browser now and then waits.
WORKERS ?= $(shell $(PYTHON) -c "import os; print(1 + (os.cpu_count() or 1))")
SPREAD := -n $(WORKERS) --dist loadfile --no-loadscope-reorder

# One pytest run holds the core, the notebooks (nbval), the built book and the browser; its closing line is the
# last one. The book is built meanwhile: a test that needs it waits for it, and tells why it could not be built.
test: MARKED := -m "not slow"
test test-all: $(READY)
	@$(PY) tools/book.py >/dev/null 2>&1 & \
	$(PY) tools/browser.py && $(MAKE) --no-print-directory lint && $(PY) -m pytest $(NOTEBOOKS) $(SPREAD) $(MARKED); told=$$?; wait; exit $$told

test-all: export FUZZ = 3

fuzz: $(READY)
	FUZZ=50 $(PY) -m pytest -n auto tests/fuzz tests/quiz/test_kept.py tests/coding/test_refresh.py tests/practice/test_choices.py

bench: $(READY) book
	@$(PY) tools/browser.py
	@$(PY) tools/bench_grader.py
	@$(PY) tools/bench_tables.py
	@$(PY) tools/bench_class.py
	@$(PY) tools/bench_room.py
	@$(PY) tools/bench_practice.py
	@$(PY) tools/bench_payer_files.py
	@$(PY) tools/bench.py
	@$(PY) tools/bench_engines.py

clean:
	rm -rf _build .cache dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
