# `make` alone lists what there is.
PYTHON ?= python3
ARGS   ?=

VENV  := .venv
BIN   := $(VENV)/bin
STAMP := $(VENV)/installed
BEGAN := $(shell date +%s)

# Where this is set, every process would compile all of our code again; the demo and the tests start many.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help install demo demo-reset test check lint contracts bench slow format docs pictures lock clean moved

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: $(STAMP) ## Build the environment in .venv (PYTHON=python3.12 to choose)

$(STAMP): requirements.lock pyproject.toml tools/install
	@PYTHON='$(PYTHON)' sh tools/install

# An environment made in another folder has that folder's paths in it.
ifneq ($(shell cat $(STAMP) 2>/dev/null),$(CURDIR))
$(STAMP): moved
endif

demo: install ## Try it in the browser, with sample orders (ARGS='--port 9000')
	@$(BIN)/redtag demo --since $(BEGAN) $(ARGS)

demo-reset: install ## Start the demo over: stop what runs, delete its data
	@$(BIN)/redtag demo --reset --since $(BEGAN) $(ARGS)

test: install contracts ## Run the tests (ARGS='-k gate')
	$(BIN)/python -m pytest -n 2 --dist loadgroup -m 'not slow' $(ARGS)

check: install lint test ## What CI checks: format, lint, types, import contracts, tests

lint: install
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

contracts: install
	$(BIN)/lint-imports

bench: install ## Measure, each figure as a ratio to its floor in the same run
	$(BIN)/python -m bench $(ARGS)
	@for each in imports exports gate; do echo; $(BIN)/python -m bench.$$each || exit 1; done

slow: install ## Run the long tests: many-round races, fuzz, chaos
	$(BIN)/python -m pytest -n 2 --dist loadgroup -m slow $(ARGS)

format: install ## Format the code and fix what can be fixed
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: install ## Write the generated pages anew: docs/data-model.md, docs/sentences.md
	@$(BIN)/python tools/data_model.py > docs/data-model.md.new && mv docs/data-model.md.new docs/data-model.md
	@$(BIN)/python -m tools.sentences > docs/sentences.md.new && mv docs/sentences.md.new docs/sentences.md

pictures: install ## Take the pictures of the documentation anew, from the demo (needs Chromium)
	@$(BIN)/python -m tools.pictures

lock: ## Resolve the dependencies again and pin them (needs uv)
	@command -v uv >/dev/null || { echo "uv is not on the PATH: https://docs.astral.sh/uv/" >&2; exit 1; }
	uv pip compile --universal --generate-hashes --python-version 3.11 --extra dev --no-emit-index-url --no-header -o requirements.lock pyproject.toml

clean: ## Delete the environment and the caches; the data in .redtag stays
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
