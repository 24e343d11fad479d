# Every target builds what it needs first; Python >= 3.11, make and git are enough to begin with.
# PYTHON=... chooses another interpreter; ARGS=... goes to the program or to pytest.

VENV := .venv
BIN := $(VENV)/bin
RUN := $(VENV)/.run-system
DEV := $(VENV)/.dev-system
RAY := build/ray/bin/ray
SOURCES := queue_core gui resources tests packaging
FAST := not slow and not faults and not bench and not clusters and not team
CODE := not faults and not bench and not clusters and not team
# Many tests wait for processes: a few at once finish sooner even on two cores.
PARALLEL := -n 3 --dist loadfile --no-loadscope-reorder

# What Python reads of the translations; the sources beside them are for people.
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard resources/translations/*/LC_MESSAGES/*.po))

# Tests start thousands of processes, and each would compile the program anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help run setup test test-portable test-core check check-all lint faults bench screenshots translations dist test-install lock clean moved test-clusters test-storage bench-gui leaks walk test-team

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(RUN) $(CATALOGUES) ## Open the program
	@exec $(BIN)/dashai-monitor $(ARGS)

setup: $(DEV) ## Build .venv with everything for development

test: $(DEV) $(CATALOGUES) ## Run the fast tests; `make check` runs the sweeps, too
	@$(BIN)/python -m pytest -m "$(FAST) and not sweep" $(PARALLEL) $(ARGS)

test-portable: $(DEV) ## Run the tests of runner and queue on what Windows and macOS run
	@DASHAI_MONITOR_PORTABLE=1 $(BIN)/python -m pytest -m "$(FAST)" $(PARALLEL) \
		tests/queue_core/runner tests/queue_core/queue $(ARGS)

test-core: $(DEV) ## Run the core's tests with Qt made unimportable
	@$(BIN)/python tests/without_qt.py $(ARGS)

# The contract of the queue, once more with its lists on a server; then what only a server has.
TEAM_TESTS := $(wildcard tests/queue_core/queue/test_*.py) tests/queue_core/queue/engine tests/queue_core/queue/finding \
	tests/queue_core/queue/store tests/queue_core/queue/upkeep tests/queue_core/database tests/queue_core/places \
	tests/queue_core/library tests/queue_core/jobs
test-team: $(DEV) ## Run the queue's tests on PostgreSQL (apt-get install postgresql)
	@$(BIN)/python -m pytest --team -m "$(FAST)" $(PARALLEL) $(TEAM_TESTS) $(ARGS)
	@$(BIN)/python -m pytest -m team --timeout=600 $(ARGS)

test-clusters: $(DEV) $(RAY) ## Run jobs on a real SLURM (apt-get install slurmctld slurmd munge; root) and on Ray
	@DASHAI_TEST_RAY=$(RAY) $(BIN)/python -m pytest -m clusters --timeout=1200 $(ARGS)

test-storage: $(DEV) $(VENV)/.s3 ## Run jobs with nothing but S3 between (its server on loopback)
	@$(BIN)/python -m pytest -m clusters tests/queue_core/places/test_s3.py $(ARGS)

$(VENV)/.s3: $(DEV)
	@$(BIN)/python -m pip install -q --disable-pip-version-check "s3fs>=2025.7" "moto[server]>=5.2"
	@touch $@

# In an environment of its own: the program needs nothing of it.
$(RAY):
	@sh packaging/bootstrap.sh venv build/ray
	@build/ray/bin/python -m pip install -q --disable-pip-version-check "ray[default]>=2.60"

check: lint $(CATALOGUES) ## Run everything that a change must pass, sweeps of columns, types and faults included
	@$(BIN)/python -m pytest -m "$(FAST)" $(PARALLEL) --durations=15 $(ARGS)

check-all: lint $(CATALOGUES) ## Run the long sweeps too: every model, every transformer, millions of rows
	@$(BIN)/python -m pytest -m "$(CODE)" $(PARALLEL) --durations=15 $(ARGS)

lint: $(DEV) ## Check style, types and who imports whom
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@for system in linux win32 darwin; do \
		$(BIN)/mypy --platform $$system --cache-dir .mypy_cache/$$system || exit; done
	@$(BIN)/lint-imports --no-cache

faults: $(DEV) ## Kill processes, fill disks: is any job lost?
	@$(BIN)/python -m pytest -m faults --timeout=900 $(ARGS)

translations: $(DEV) ## Bring the catalogues to what the program says, and name what is missing
	@$(BIN)/python packaging/translations.py update

bench: $(DEV) ## Measure, and print tables
	@for file in tests/benchmarks/bench_*.py; do $(BIN)/python $$file $(ARGS) || exit; done

screenshots: $(DEV) $(CATALOGUES) ## Take pictures of every page, to look at; ARGS="es dark" for some
	@$(BIN)/python tests/gui/screenshots.py build/screenshots $(ARGS)

bench-gui: $(DEV) $(CATALOGUES) ## Measure the jobs table with 1,000,000 jobs, beside stock models (Xvfb)
	@$(BIN)/python tests/benchmarks/bench_gui.py $(ARGS)

leaks: $(DEV) $(CATALOGUES) ## Send 10,000 jobs through a window in use: does anything stay behind?
	@$(BIN)/python tests/benchmarks/check_leaks.py $(ARGS)

walk: $(DEV) $(CATALOGUES) ## Go through a day's work with mouse, keys and a screen reader's ears (ARGS="keyboard dark")
	@/usr/bin/python3 -W ignore tests/walk/walk.py $(ARGS)

dist: $(DEV) $(CATALOGUES) ## Make what people install, as far as this machine can; FORMATS="deb run" for some
	@$(BIN)/python packaging/dist $(FORMATS)

test-install: ## Install, try, upgrade and remove the packages in an empty Debian (root, debootstrap, a display)
	@sh packaging/dist/test_install.sh

%.mo: %.po
	@$(BIN)/python packaging/translations.py compile

# A virtual environment does not work after its folder was moved.
ifneq ($(shell cat $(VENV)/.home 2>/dev/null),$(CURDIR))
$(VENV)/.run-libraries $(VENV)/.dev-libraries: moved
endif

.SECONDARY:

$(VENV)/.%-libraries: requirements/%.lock requirements/build.lock pyproject.toml packaging/bootstrap.sh
	@sh packaging/bootstrap.sh libraries $*

# No stamp is left while something is missing, so it is named again the next time.
$(VENV)/.%-system: $(VENV)/.%-libraries
	@sh packaging/bootstrap.sh system $*

# The locks hold hashes for every platform and Python >= 3.11; dev is a superset of run. Only the
# main index is asked, so that no private one leaves a trace in them.
EXTRAS := --extra gui --extra explain --extra imbalance --extra stats --extra lightgbm --extra diagnose --extra serve --extra team
LOCK_TOOLS := build/lock-tools
COMPILE = UV_EXTRA_INDEX_URL= UV_FIND_LINKS= UV_CUSTOM_COMPILE_COMMAND="make lock" \
	$(LOCK_TOOLS)/bin/uv pip compile --quiet --no-config --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --upgrade

lock: $(LOCK_TOOLS)/bin/uv ## Choose the newest versions that fit, and write the locks
	@$(COMPILE) requirements/build.in -o requirements/build.lock
	@$(COMPILE) $(EXTRAS) pyproject.toml -o requirements/run.lock
	@$(COMPILE) $(EXTRAS) --extra dev -c requirements/run.lock pyproject.toml -o requirements/dev.lock

$(LOCK_TOOLS)/bin/uv:
	@sh packaging/bootstrap.sh venv $(LOCK_TOOLS)
	@$(LOCK_TOOLS)/bin/python -m pip install -q --disable-pip-version-check uv

clean: ## Remove everything that was built
	@rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis *.egg-info
	@rm -f $(CATALOGUES)
	@find $(SOURCES) -name __pycache__ -type d -prune -exec rm -rf {} +
