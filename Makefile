# `make` lists the targets. Two are enough to begin with: `make run` and `make test`.

PYTHON ?= python3
PORT ?= 8000
WORKERS ?= 4
VENV := .venv
PY := $(VENV)/bin/python
AUDIT := $(VENV)-audit

# Compiled files make each start faster by half; some machines switch them off for all programs.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup run serve staff lock test test-sqlite test-postgres test-browser \
	test-breaks test-cluster test-cluster-looks test-install test-exhaustive \
	reference-pictures pictures coverage check lint types fmt bench audit sbom

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-19s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# --- to use the site ------------------------------------------------------------------------------

setup: $(VENV)/.runtime .env ## install what the site needs to run, and write .env for this machine
	@# In production the site's user may write no file here, so every start would compile all of them.
	@$(PY) -m compileall -q -x '/(\.[^/]+|bench|tests|var)/' .

run: setup ## run the site on this machine, with DEBUG on, and print its mails (PORT=8000)
	@exec $(PY) manage.py run_site --port $(PORT)

serve: setup ## run the site on this machine as in production (PORT=8000 WORKERS=4)
	@exec env DEBUG=false STAFF_MFA_REQUIRED=true \
		$(PY) manage.py run_site --production --port $(PORT) --workers $(WORKERS)

staff: setup ## make a staff account, in a second terminal if the site runs
	@exec $(PY) manage.py make_staff

# --- what the targets above stand on --------------------------------------------------------------

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "This needs Python 3.11 or newer; '$(PYTHON)' is $$($(PYTHON) --version 2>&1 | head -n 1)."; \
		echo "Name another one: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "'$(PYTHON)' can't make virtual environments."; \
		echo "On Debian or Ubuntu: apt install python3-venv"; exit 1; }
	@echo "Making a virtual environment in $(VENV) ..."
	@$(PYTHON) -m venv --clear $(VENV)

$(VENV)/.runtime: requirements.txt | $(VENV)/bin/python
	@echo "Installing what the site needs to run ..."
	@$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.txt
	@touch $@

.env:
	@$(PYTHON) -m sens_site.lib.deploy.local_env $@
	@echo "Wrote .env for this machine."

$(VENV)/.dev: requirements-dev.txt $(VENV)/.runtime
	@echo "Installing what the tests and checks need ..."
	@$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-dev.txt
	@touch $@

# --- to work on the site --------------------------------------------------------------------------

test: $(VENV)/.dev ## run the tests: on SQLite, on PostgreSQL, in a browser
	@$(PY) -m tests.run

test-sqlite test-postgres test-browser: $(VENV)/.dev ## run one of the three suites
	@$(PY) -m tests.run $(@:test-%=%)

coverage: $(VENV)/.dev ## run the suite on SQLite and show what of our code it never runs
	@$(PY) -m tests.run coverage

test-breaks: $(VENV)/.dev ## break each promise in every further way, on both databases
	@$(PY) -m tests.run breaks breaks-postgres

test-cluster: $(VENV)/.dev ## run the site on two machines, and kill parts of it under load
	@$(PY) -m tests.run cluster

test-cluster-looks: $(VENV)/.dev ## let the workers of two machines look at the promises at once
	@$(PY) -m tests.run cluster-looks

test-install: $(VENV)/.dev ## type what docs/operations.md says into an empty Debian, as root
	@$(PY) -m tests.run install

test-exhaustive: $(VENV)/.dev ## before a release: every combination, and all tests on PostgreSQL
	@$(PY) -m tests.run exhaustive statements

BROWSER := $(PY) -m pytest -q -c tests/browser/pytest.toml --rootdir=.

reference-pictures: $(VENV)/.dev ## renew the pictures that pages are compared with; look at them before you commit
	@RENEW_REFERENCE=1 $(BROWSER) tests/browser/test_visual.py -k "reference or shared"

pictures: $(VENV)/.dev ## renew the pictures of the README and docs/
	@PICTURES=1 $(BROWSER) tests/browser/draw_pictures.py tests/browser/test_journey_marking.py \
		tests/browser/test_journey_rights.py tests/browser/test_staff_pages.py

bench: $(VENV)/.runtime ## measure the site against a bare Django view in the same run
	@$(PY) -m bench.run

check: lint types ## lint, types, import law, formats, migrations, deployment settings
	$(VENV)/bin/lint-imports --no-logo
	ENV_FILE=tests/deploy.env $(PY) manage.py makemigrations --check --dry-run
	# The company of the example has filled in what only a company can know (sens_site.E004).
	CONTENT_DIR=content/example ENV_FILE=tests/deploy.env $(PY) manage.py check --deploy --fail-level WARNING

lint: $(VENV)/.dev ## look for faults and for files that are not formatted
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/djangofmt --check templates content/*/templates

types: $(VENV)/.dev ## check the types
	$(VENV)/bin/mypy .

fmt: $(VENV)/.dev ## format Python and templates
	$(VENV)/bin/ruff check --fix-only --quiet .
	$(VENV)/bin/ruff format --quiet .
	$(VENV)/bin/djangofmt --quiet templates content/*/templates || true

audit: $(AUDIT)/.audit ## ask whether anything that the site runs on has a known hole
	@$(AUDIT)/bin/python deploy/audit.py

sbom: $(VENV)/.runtime $(AUDIT)/.audit ## write what the site is made of, and the licences, into var/
	@mkdir -p -m 0700 var
	@$(AUDIT)/bin/cyclonedx-py environment $(PY) --pyproject pyproject.toml --output-reproducible \
		| $(PY) deploy/sbom.py var

# Apart from .venv: these tools pin pip itself.
$(AUDIT)/.audit: requirements-audit.txt | $(VENV)/bin/python
	@echo "Installing the tools that audit ..."
	@$(PYTHON) -m venv --clear $(AUDIT)
	@$(AUDIT)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-audit.txt
	@touch $@

lock: ## renew the lock files from pyproject.toml
	@test -x $(VENV)/bin/uv || { echo "uv is missing: run 'make test' once."; exit 1; }
	$(VENV)/bin/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
		--no-header --quiet --output-file requirements.txt
	$(VENV)/bin/uv pip compile pyproject.toml --extra dev --constraint requirements.txt --universal \
		--python-version 3.11 --generate-hashes --no-header --quiet --output-file requirements-dev.txt
	$(VENV)/bin/uv pip compile pyproject.toml --extra pdf --extra s3 --extra traces \
		--constraint requirements-dev.txt --universal --python-version 3.11 --generate-hashes \
		--no-header --quiet --output-file requirements-extras.txt
	$(VENV)/bin/uv pip compile --group audit --universal --python-version 3.11 --generate-hashes \
		--no-header --quiet --output-file requirements-audit.txt
