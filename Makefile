# make dashboard: open the dashboard. make test: every test. Needs Python 3.11 or newer, and make.
PYTHON ?= python3
PORT ?= 8501
SHARED ?= ../shared
SECONDS ?= 60
BIN := .venv/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
INSTALL = $(PIP) install --require-hashes --requirement
OURSELVES := $(PIP) install --no-deps --no-build-isolation --editable .
LOCK := uv pip compile --quiet --universal --python-version 3.11.5 --generate-hashes --no-emit-index-url \
	--no-header --no-annotate pyproject.toml

MARKS := _ warn column:2,4 Message Message:1,2,2t as_given InputError ControlmapError RecordError FetchError MissingError UnavailableError error:2

.PHONY: load lock sbom dashboard test exhaustive soak check docs wheel fuzz bench geodata messages clean
.DELETE_ON_ERROR:

dashboard: .venv/.run
	@$(BIN)/controlmap dashboard --port $(PORT)

test: .venv/.test
	@scripts/browser.sh
	$(BIN)/python -m pytest -n auto --dist worksteal

# What goes through every file of $(SHARED) and every hostile one in every way: once for a change.
exhaustive: .venv/.test
	@scripts/browser.sh
	$(BIN)/python -m pytest -n auto --dist worksteal -m exhaustive

# build, extend and update killed 200 times each; make exhaustive kills them 20 times.
soak: .venv/.test
	KILLS=200 $(BIN)/python -m pytest -n auto --dist worksteal -m exhaustive tests/test_kills.py

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

# Many readers at once, who change the day every two seconds: READERS="10 50".
load: .venv/.test
	$(BIN)/python bench/load.py $(if $(READERS),--readers $(READERS))

geodata: .venv/.test
	$(BIN)/python -m controlmap.embed --shared $(SHARED)

# The template that a translation begins with; it is made of the source, and so not kept in it.
messages: .venv/.run
	@mkdir -p src/controlmap/words/locale
	$(BIN)/pybabel --quiet extract --mapping-file=pyproject.toml $(MARKS:%=--keyword=%) \
		--project=controlmap --sort-by-file --output-file=src/controlmap/words/locale/controlmap.pot src/controlmap

# The exact version and hash of all that is installed: after a change of what pyproject.toml asks for.
lock: .venv/.test
	@mkdir -p build
	$(BIN)/$(LOCK) --extra build --extra test --extra docs --constraint requirements/test.txt --output-file build/all.txt
	$(BIN)/$(LOCK) --extra build --constraint build/all.txt --output-file requirements/run.txt
	$(BIN)/$(LOCK) --extra build --extra test --constraint build/all.txt --output-file requirements/test.txt
	$(BIN)/$(LOCK) --extra build --extra docs --constraint build/all.txt --output-file requirements/docs.txt

# What a release is made of, with licences, as CycloneDX has it.
sbom: .venv/.test
	rm -rf build/sbom
	$(PYTHON) -m venv --without-pip build/sbom
	$(PIP) --python build/sbom/bin/python install --require-hashes --requirement requirements/run.txt
	@mkdir -p dist
	$(BIN)/cyclonedx-py environment build/sbom --pyproject pyproject.toml --output-reproducible \
		--output-file dist/controlmap.cdx.json

clean:
	rm -rf .venv build dist node_modules

.venv/.run: pyproject.toml requirements/run.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "controlmap needs Python 3.11 or newer; choose one with PYTHON=")'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing controlmap and its pinned dependencies into .venv"
	@$(INSTALL) requirements/run.txt
	@$(OURSELVES)
	@touch $@

.venv/.test: .venv/.run requirements/test.txt
	@echo "Installing what the tests need"
	@$(INSTALL) requirements/test.txt
	@touch $@

.venv/.docs: .venv/.run requirements/docs.txt
	@echo "Installing what the site of the documents needs"
	@$(INSTALL) requirements/docs.txt
	@touch $@
