# `make` alone lists the targets. Every variable below can be given on the command line: make demo PORT=9000

# Without byte code every start of Python takes seconds longer.
unexport PYTHONDONTWRITEBYTECODE

PYTHON ?= python3
MODE_OF_THIS_MACHINE := $(PORTAL_MODE)
PORT   ?= 8000
SERVE  ?= yes
JOBS   ?= auto
# What the tests run on; SLOW_ON is for the browser and fault tests, which take minutes.
RUN_ON  ?= sqlite postgresql
SLOW_ON ?= $(RUN_ON)

BIN    := .venv/bin
PY     := $(BIN)/python
MANAGE := $(PY) manage.py
PIP    := $(PY) -m pip --disable-pip-version-check --quiet
SYSTEM := $(PYTHON) .ci/system_packages.py
# A requirement that is not in the lock, or not a ready-made wheel, is an error.
INSTALL := $(PIP) install --require-hashes --only-binary :all: -r

RUNTIME_LOCK := requirements.lock
DEV_LOCK     := .ci/requirements-dev.lock
RUNTIME      := .venv/.installed-runtime
DEV          := .venv/.installed-dev

CATALOGUES := $(patsubst %.po,%.mo,$(wildcard iscm_portal/locale/*/LC_MESSAGES/*.po))

PYTEST     := $(PY) -m pytest
PARALLEL   := -n $(JOBS) --maxprocesses 8
FAST       := -m "not browser and not fault and not slow" $(PARALLEL)
STEADY     := -m "not browser and not fault" $(PARALLEL)
SLOW       := -m "browser or fault"
POSTGRESQL := $(PY) -m tests.throwaway_postgres --

.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:
.PHONY: help demo serve worker test test-fast check format bench screenshot lock messages clean \
        demonstration-only port-is-free system-runtime system-test-fast system-test system-screenshot system-messages

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# ------------------------------------------------------------------------------------------------ the two commands

demo: export PORTAL_MODE = demonstration
demo: demonstration-only port-is-free system-runtime $(RUNTIME) $(CATALOGUES) ## Everything, from nothing to a portal with a cast and inputs (PORT=8000, SERVE=yes|no)
	@$(MANAGE) migrate --verbosity 0
	@$(MANAGE) createcachetable
	@$(MANAGE) collectstatic --noinput --verbosity 0
	@$(MANAGE) load_reference
	@PORTAL_ADDRESS=http://127.0.0.1:$(PORT) $(MANAGE) demo
ifeq ($(SERVE),yes)
	@$(PYTHON) .ci/serve.py --port $(PORT) web worker
endif

test: system-test $(DEV) $(CATALOGUES) ## The whole suite on SQLite and PostgreSQL (RUN_ON=sqlite, SLOW_ON=sqlite, JOBS=auto)
ifneq ($(filter sqlite,$(RUN_ON)),)
	$(PYTEST) $(STEADY)
endif
ifneq ($(filter postgresql,$(RUN_ON)),)
	$(POSTGRESQL) $(PYTEST) $(STEADY)
endif
ifneq ($(filter sqlite,$(SLOW_ON)),)
	$(PYTEST) $(SLOW)
endif
ifneq ($(filter postgresql,$(SLOW_ON)),)
	$(POSTGRESQL) $(PYTEST) $(SLOW)
endif

# ------------------------------------------------------------------------------------------------ day by day

test-fast: system-test-fast $(DEV) $(CATALOGUES) ## The quick tests, on SQLite
	$(PYTEST) $(FAST)

check: export PORTAL_STATE_DIR = var/check
check: system-runtime $(DEV) ## Format, lint, migrations complete, deployment settings, import order
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m djlint --lint --quiet templates
	PORTAL_MODE=development $(MANAGE) makemigrations --check --dry-run
	PORTAL_MODE=production SECRET_KEY=$$($(PY) -c 'import secrets; print(secrets.token_urlsafe(50))') \
		ALLOWED_HOSTS=portal.example.org CSRF_TRUSTED_ORIGINS=https://portal.example.org \
		PORTAL_ADDRESS=https://portal.example.org BEHIND_TLS_PROXY=yes DEBUG=no \
		$(MANAGE) check --deploy --fail-level WARNING
	$(BIN)/python -c 'from importlinter.cli import lint_imports_command; lint_imports_command()' --no-cache

format: $(DEV) ## Put the Python into the house's format and mend what can be mended
	$(PY) -m ruff format .
	$(PY) -m ruff check --fix .

bench: system-runtime $(DEV) $(CATALOGUES) ## Measure, as ratios to a baseline (ONLY=name for one)
	$(PY) -m tests.bench $(if $(ONLY),--only $(ONLY))

serve: port-is-free system-runtime $(RUNTIME) ## The web server alone, on 127.0.0.1:PORT
	@$(PYTHON) .ci/serve.py --port $(PORT) web

worker: system-runtime $(RUNTIME) ## The background worker alone
	@$(PYTHON) .ci/serve.py worker

screenshot: system-screenshot $(DEV) $(CATALOGUES) ## Take the picture in README.md anew, from a demonstration of its own
	$(PY) -m tests.screenshot

messages: system-messages $(DEV) ## Bring the message catalogues up to date with the code
	$(MANAGE) makemessages --locale fr --locale es --locale ar --locale ru --no-wrap --add-location file \
		--ignore .venv --ignore var --ignore tests

lock: $(PY) ## Lock the requirements again (UPGRADE=yes for the newest releases)
	@$(PY) -m uv --version >/dev/null 2>&1 || $(PIP) install uv
	$(LOCK) pyproject.toml --output-file $(RUNTIME_LOCK)
	$(LOCK) pyproject.toml --extra dev --constraints $(RUNTIME_LOCK) --output-file $(DEV_LOCK)

LOCK := $(PY) -m uv --quiet --no-config pip compile --universal --python-version 3.11 --only-binary :all: \
	--generate-hashes --no-header --no-emit-index-url --no-emit-find-links $(if $(UPGRADE),--upgrade)

clean: ## Remove what can be made again; the data in var/ stay
	rm -rf .venv .pytest_cache .ruff_cache .hypothesis .import_linter_cache var/check var/static bench.json
	find . -name __pycache__ -prune -exec rm -rf {} +
	find iscm_portal/locale -name '*.mo' -delete

# ------------------------------------------------------------------------------------------------ what they stand on

$(PY): | system-runtime
	@$(PYTHON) -m venv .venv

$(RUNTIME): $(RUNTIME_LOCK) | $(PY)
	@echo "Installing the locked requirements ..."
	@$(INSTALL) $(RUNTIME_LOCK)
	@touch $@

# The development lock holds the runtime's too, in the same versions.
$(DEV): $(RUNTIME_LOCK) $(DEV_LOCK) | $(PY)
	@echo "Installing the locked requirements for development ..."
	@$(INSTALL) $(DEV_LOCK)
	@touch $(RUNTIME) $@

%.mo: %.po | $(RUNTIME)
	@$(BIN)/pybabel --quiet compile --input-file $< --output-file $@

system-runtime:
	@$(SYSTEM) $(if $(wildcard $(PY)),,venv) pdf

system-test-fast:
	@$(SYSTEM) $(if $(wildcard $(PY)),,venv) pdf pdf-tools

system-test:
	@$(SYSTEM) $(if $(wildcard $(PY)),,venv) pdf pdf-tools browser postgresql

system-screenshot:
	@$(SYSTEM) $(if $(wildcard $(PY)),,venv) pdf browser

system-messages:
	@$(SYSTEM) gettext

# The mode is set above for whatever the demonstration runs; a clone set up for production is not for that.
demonstration-only:
ifeq ($(MODE_OF_THIS_MACHINE),production)
	@echo "This machine is set up for production (PORTAL_MODE): no demonstration is put into it." >&2; exit 1
endif
	@if grep -Eqs '^(export )?PORTAL_MODE=.?production' .env; then \
		echo "This clone is set up for production (.env): no demonstration is put into it." >&2; exit 1; fi

port-is-free:
ifeq ($(SERVE),yes)
	@$(PYTHON) .ci/serve.py --port $(PORT) --is-free
endif
