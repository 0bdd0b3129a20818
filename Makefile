# Everything a reader or an author runs. Needs Python 3.11 or newer and make; the rest goes into .venv.
#
#   make serve      build the book and serve it (PORT=8000)
#   make test       everything CI runs
#   make help       the other commands

PYTHON ?= python3
PORT   ?= 8000

VENV  := .venv
PY    := $(VENV)/bin/python
READY := $(VENV)/.ready

export PYTHONUTF8 = 1

.DEFAULT_GOAL := help
.PHONY: help venv book serve lab lite lint test test-all bench clean

help:
	@echo "make serve      build the book and serve it at http://localhost:$(PORT) (PORT= to change)"
	@echo "make book       build the book into _build/html"
	@echo "make lab        open the notebooks in JupyterLab"
	@echo "make lite       build JupyterLite: two notebooks that run wholly in the browser"
	@echo "make test       everything CI runs: lint, types, cases, tests, notebooks, book, browser"
	@echo "make test-all   the slow tests too"
	@echo "make bench      measure the quiz in a real browser, and the grader"
	@echo "make clean      remove what was built (.venv stays; rm -r .venv removes it)"

# The stamp is older than its sources when something must be installed again.
$(READY): requirements.txt pyproject.toml tools/venv.py
	@$(PYTHON) tools/venv.py $(VENV)

venv: $(READY)

book: $(READY)
	@$(PY) tools/book.py

serve: $(READY)
	@$(PY) tools/serve.py --port $(PORT)

lab: $(READY)
	@$(PY) -m jupyter lab --ServerApp.root_dir=. --LabApp.default_url=/lab/tree/notebooks

lite: $(READY)
	@$(PY) tools/lite.py

lint: $(READY)
	$(PY) -m ruff check
	$(PY) -m ruff format --check
	$(PY) -m mypy
	$(VENV)/bin/codespell book cases notebooks src tools README.md CONTRIBUTING.md CHANGELOG.md NOTICE
	$(VENV)/bin/casebook check

# One pytest run holds the core, the notebooks (nbval), the built book and the browser; its closing line is the last one.
test: lint book
	@$(PY) tools/browser.py
	$(PY) -m pytest -n 2 --dist loadfile -m "not slow"

test-all: lint book
	@$(PY) tools/browser.py
	$(PY) -m pytest -n 2 --dist loadfile

bench: $(READY) book
	@$(PY) tools/browser.py
	@$(PY) tools/bench_grader.py
	@$(PY) tools/bench_class.py
	@$(PY) tools/bench_payer_files.py
	@$(PY) tools/bench.py

clean:
	rm -rf _build .cache dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
