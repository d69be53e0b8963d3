# make dashboard: open the dashboard. make test: every test. Needs Python 3.11 or newer, and make.
PYTHON ?= python3
PORT ?= 8501
SHARED ?= ../shared
SECONDS ?= 60
BIN := .venv/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
SOURCES := pyproject.toml constraints.txt

MARKS := _ column:2,4 Message Message:1,2,2t as_given InputError ControlmapError RecordError FetchError MissingError UnavailableError error:2

.PHONY: dashboard test exhaustive check docs wheel fuzz bench geodata messages clean
.DELETE_ON_ERROR:

dashboard: .venv/.run
	@$(BIN)/controlmap dashboard --port $(PORT)

test: .venv/.test
	@scripts/browser.sh
	$(BIN)/python -m pytest -n auto --dist worksteal

# What goes through every file of $(SHARED) and every hostile one in every way: once for a change.
exhaustive: .venv/.test
	$(BIN)/python -m pytest -n auto --dist worksteal -m exhaustive

check: .venv/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	@scripts/javascript.sh

docs: .venv/.docs
	$(BIN)/python scripts/docs_site.py

# The package outside of the clone, with the pinned versions and with the lowest allowed.
wheel: .venv/.run
	$(BIN)/python scripts/check_wheel.py

fuzz: .venv/.test
	$(BIN)/python tests/fuzzing.py --seconds $(SECONDS)

bench: .venv/.test
	@scripts/browser.sh
	$(BIN)/python bench/bench.py --shared $(SHARED)

geodata: .venv/.test
	$(BIN)/python -m controlmap.embed --shared $(SHARED)

# The template that a translation begins with; it is made of the source, and so not kept in it.
messages: .venv/.run
	@mkdir -p src/controlmap/words/locale
	$(BIN)/pybabel --quiet extract --mapping-file=pyproject.toml $(MARKS:%=--keyword=%) \
		--project=controlmap --sort-by-file --output-file=src/controlmap/words/locale/controlmap.pot src/controlmap

clean:
	rm -rf .venv build dist node_modules

.venv/.run: $(SOURCES)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "controlmap needs Python 3.11 or newer; choose one with PYTHON=")'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing controlmap and its pinned dependencies into .venv"
	@PIP_CONSTRAINT=constraints.txt $(PIP) install -e .
	@touch $@

.venv/.test: .venv/.run
	@echo "Installing what the tests need"
	@PIP_CONSTRAINT=constraints.txt $(PIP) install -e '.[test]'
	@touch $@

.venv/.docs: .venv/.run
	@echo "Installing what the site of the documents needs"
	@PIP_CONSTRAINT=constraints.txt $(PIP) install -e '.[docs]'
	@touch $@
