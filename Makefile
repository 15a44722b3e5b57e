# The commands of the house. `make` alone lists them.
# PORT, DATA and PYTHON may be given: make run PORT=9000 DATA=/somewhere PYTHON=python3.12
MAKEFLAGS += --no-print-directory
PORT ?= 8000
DATA ?= data
export PYTHON

venv = .venv/bin

.DEFAULT_GOAL := help
.PHONY: help setup run cluster test check bench bare lock sbom

help: ## List these commands
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1	\2/p' Makefile | expand -t 16

setup: ## Make .venv with everything that running and testing need
	@tools/setup.sh requirements-test.lock

run: ## Start the demo community at http://127.0.0.1:8000 (PORT=, DATA=)
	@tools/setup.sh requirements.lock
	@$(venv)/python app.py --demo --port "$(PORT)" --data "$(DATA)"

cluster: setup ## Start the demo the large way: PostgreSQL, Redis, nginx, three app processes and a worker (PORT=)
	@$(venv)/python -m tests.cluster --port "$(PORT)"

test: setup ## Run every check and test; say at the end what was left out
	@$(venv)/python -m tests.run

check: setup ## Look at style, types and layers only
	@$(venv)/python -m tests.run --check

bench: setup ## Measure pages, presence and bells (hidden tabs where Xvfb is; some 15 minutes)
	@$(venv)/python bench/run.py
	@$(venv)/python bench/presence.py
	@$(venv)/python bench/circles.py
	@$(venv)/python bench/presence_faults.py
	@if command -v node >/dev/null; then node bench/bells.mjs; fi
	@if command -v Xvfb >/dev/null; then $(venv)/python bench/hidden_tab.py; fi

bare: setup ## Time a fresh clone with a bare environment, from nothing to the first page
	@$(venv)/python -m tests.bare

lock: setup ## Resolve pyproject.toml into the lock files (UPGRADE=--upgrade for newest)
	@tools/lock.sh $(UPGRADE)

sbom: setup ## Write the bill of materials of what runs into var/sbom.json
	@mkdir -p var && $(venv)/python tools/sbom.py requirements.lock var/sbom.json
