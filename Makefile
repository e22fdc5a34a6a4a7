# `make` lists the targets. Two are enough to begin with: `make run` and `make test`.

PYTHON ?= python3
PORT ?= 8000
WORKERS ?= 2
VENV := .venv
PY := $(VENV)/bin/python

# Compiled files make each start faster by half; some machines switch them off for all programs.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup run serve staff lock

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# --- to use the site ------------------------------------------------------------------------------

setup: $(VENV)/.runtime .env ## install what the site needs to run, and write .env for this machine

run: setup ## run the site on this machine, with DEBUG on, and print its mails (PORT=8000)
	@exec $(PY) manage.py run_site --port $(PORT)

serve: setup ## run the site on this machine as in production (PORT=8000 WORKERS=2)
	@exec env DEBUG=false STAFF_MFA_REQUIRED=true \
		$(PY) manage.py run_site --production --port $(PORT) --workers $(WORKERS)

staff: setup ## make a staff account, in a second terminal if the site runs
	@exec $(PY) manage.py make_staff

# --- what the targets above stand on --------------------------------------------------------------

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "This needs Python 3.11 or newer; '$(PYTHON)' is $$($(PYTHON) --version 2>&1 || true)."; \
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
	@$(PYTHON) -m sens_site.lib.local_env
	@echo "Wrote .env for this machine."

# --- to work on the site --------------------------------------------------------------------------

lock: ## renew both lock files from pyproject.toml
	@test -x $(VENV)/bin/uv || { echo "uv is missing: run 'make test' once."; exit 1; }
	$(VENV)/bin/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
		--no-header --quiet --output-file requirements.txt
	$(VENV)/bin/uv pip compile pyproject.toml --extra dev --constraint requirements.txt --universal \
		--python-version 3.11 --generate-hashes --no-header --quiet --output-file requirements-dev.txt
