# Targets that a person types have a description behind `##`; `make help` lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
ARGUMENTS ?=
MINUTES ?= 30
DATABASE ?= sqlite

.DEFAULT_GOAL := help
.PHONY: help run test benchmark chaos check format lock clean system-packages

help: ## List what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(INSTALLED) ## Show Bitácora at work: simulator, server, an invented firm (ARGUMENTS='--port 8010' for other ports)
	@exec $(BIN)/bitacora demo $(ARGUMENTS)

test: check system-packages ## Run every test: integration on SQLite and PostgreSQL, flows, browser
	$(BIN)/pytest -n auto --ignore tests/unit

check: $(INSTALLED) ## Run lint, types, import contract and unit tests (under a minute)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/pytest -q -n auto tests/unit

benchmark: $(INSTALLED) system-packages ## Measure speed beside bare peers, three quarters of an hour (ARGUMENTS='--evidence docs/evidence' keeps it)
	@$(BIN)/python -m benchmarks $(ARGUMENTS)

chaos: $(INSTALLED) system-packages ## Let everything go wrong at random (MINUTES=30 SEED=… DATABASE=sqlite|postgresql)
	@$(BIN)/python -m tests.chaos --minutes $(MINUTES) --database $(DATABASE) $(if $(SEED),--seed $(SEED)) \
	  $(if $(FOLDER),--folder $(FOLDER))

format: $(INSTALLED) ## Put the code into its form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: $(INSTALLED) ## Choose newer versions of all dependencies
	$(BIN)/uv pip compile -q --universal --no-emit-index-url --generate-hashes --python-version 3.11 \
	  --extra postgresql --group dev --custom-compile-command "make lock" pyproject.toml -o requirements.lock

clean: ## Remove what the other targets made
	rm -rf $(VENV) data screenshots .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

system-packages:
	@tools/system-packages.sh

$(INSTALLED): requirements.lock pyproject.toml
	@tools/python-venv.sh $(PYTHON) $(VENV)
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	$(BIN)/pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@
