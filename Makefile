# Everything is set up in .venv from locked versions. `make demo` and `make test` need nothing else
# than Python 3.11 to 3.13, make and git.

PYTHON ?= python3
BIN := .venv/bin
# Python compiles what it imports, and keeps that, whatever the shell says: or each process would compile
# it anew. The rest, compiled, would be a sixth of the environment.
unexport PYTHONDONTWRITEBYTECODE
INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --no-deps
SPREAD := --numprocesses=auto --maxprocesses=4 --dist=loadfile --no-loadscope-reorder
CHECKS := check-types check-sql check-lint check-format check-imports
GOALS := demo dev gcp-local postgres-local test test-quick test-long coverage check $(CHECKS) format \
  lock docs rooms picture clean

.PHONY: $(GOALS)

# A folder is a target that is up to date: `make test FOLDER` would run all tests.
STRANGE := $(filter-out $(GOALS) .venv/%,$(MAKECMDGOALS))
ifneq ($(STRANGE),)
$(error $(STRANGE): no goal. Goals are $(GOALS). Select tests by TESTS: make test TESTS=taxi_assets_tests/unit)
endif

demo: .venv/installed ## Load synthetic months, from file to checked table
	$(BIN)/taxi-assets demo

dev: .venv/installed ## Dagster's UI on http://127.0.0.1:3000
	$(BIN)/taxi-assets dev

gcp-local: .venv/installed-dev ## Bucket and BigQuery without Google: stand-ins, settings, a load
	$(BIN)/python -m taxi_assets_tests.local_gcp $(GCP_LOCAL_ARGS)

postgres-local: .venv/installed-dev ## An empty Postgres for the course's walk, without Docker
	$(BIN)/python -m taxi_assets_tests.local_postgres

test: .venv/installed-dev ## All tests, or those of TESTS=folder, a process per core and one more
	$(BIN)/python -m pytest $(SPREAD) $(TESTS) $(PYTEST_ARGS)

test-quick: TESTS ?= taxi_assets_tests/unit
test-quick: test ## The tests that need no server

test-long: .venv/installed-dev ## Tests that take minutes and seldom fail, which `make test` leaves out
	$(BIN)/python -m pytest -m long $(TESTS) $(PYTEST_ARGS)

coverage: .venv/installed-dev ## All tests, and which lines they run: fewer than 93 of a hundred are an error
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest $(SPREAD) $(TESTS) $(PYTEST_ARGS)
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

# Two at once, those that take longest first. Each says what it has to say when it is over.
ifeq ($(MAKECMDGOALS),check)
MAKEFLAGS += --jobs=2 $(if $(filter output-sync,$(.FEATURES)),--output-sync)
endif

check: $(CHECKS) ## Types, SQL, lint, format, direction of imports

check-types: .venv/installed-dev
	$(BIN)/mypy

check-sql: .venv/installed-dev
	$(BIN)/sqlfluff lint --disable-progress-bar taxi_assets benchmarks

check-lint: .venv/installed-dev
	$(BIN)/ruff check .

check-format: .venv/installed-dev
	$(BIN)/ruff format --check .

check-imports: .venv/installed-dev
	$(BIN)/lint-imports --no-cache

format: .venv/installed-dev ## Put the code into its format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: .venv/installed-dev ## Resolve the newest versions anew
	./lock.sh $(BIN)/uv

docs: .venv/installed-docs ## The site of the docs, in build/docs/site; dead links end it
	$(BIN)/python docs/make_site.py

rooms: .venv/installed-dev ## The picture of the rooms, from the import contracts
	$(BIN)/python docs/make_rooms.py

picture: .venv/installed-dev ## The docs' pictures, from the running UI
	$(BIN)/python docs/make_pictures.py

clean:
	rm -rf .venv build *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis

# `activate` is written last: a .venv without it is half made, and is made anew.
.venv/bin/python .venv/bin/activate:
	@command -v $(PYTHON) >/dev/null || { printf 'Error: there is no %s.\n  What to do: %s\n' \
	  '$(PYTHON)' 'install Python 3.11, 3.12 or 3.13, or name it: make demo PYTHON=python3.13' >&2; exit 1; }
	@$(PYTHON) deploy/check_python.py
	@test -x .venv/bin/python -a -e .venv/bin/activate || \
	  { $(PYTHON) -m venv --clear .venv || { rm -rf .venv; exit 1; }; }

.venv/installed: requirements.lock pyproject.toml setup.py | .venv/bin/python .venv/bin/activate
	@$(BIN)/python deploy/check_python.py || \
	  { echo '  This is the Python of .venv: `make clean` removes it.' >&2; exit 1; }
	$(INSTALL) --require-hashes -r requirements.lock
	$(INSTALL) --no-build-isolation -e .
	touch $@

.venv/installed-dev: requirements-dev.lock .venv/installed
	$(INSTALL) --require-hashes -r requirements-dev.lock
	touch $@

.venv/installed-docs: requirements-docs.lock .venv/installed-dev
	$(INSTALL) --require-hashes -r requirements-docs.lock
	touch $@
